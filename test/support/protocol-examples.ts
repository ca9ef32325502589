/**
 * The examples of docs/protocol.md: every ```json request with the ```json reply below it, in
 * order. Sent in this order to a daemon over a healthy cluster of three empty nodes, each request
 * is answered in the shape of its reply (`shapeFaults`).
 */
import { readFileSync } from 'node:fs';

const PAGE = new URL('../../docs/protocol.md', import.meta.url);
/** Objects whose keys are not part of the protocol, such as counts. */
const OPEN_MAPS = ['answers', 'settled'];
/** Fields that an answer has only in some situations. */
const OPTIONAL = ['said', 'lastFailure'];
/** The one of these that appears depends on the speed of the daemon. */
const UNDER_WAY = ['accepted', 'applying'];

export interface ProtocolExample {
  /** Line of the request on the page. */
  readonly line: number;
  /** The text of the page, which a client would send. */
  readonly text: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly reply: Readonly<Record<string, unknown>>;
}

export function protocolPage(): string {
  return readFileSync(PAGE, 'utf8');
}

/** Throws if a request has no reply, a reply no request, or a block is no JSON object. */
export function protocolExamples(page = protocolPage()): readonly ProtocolExample[] {
  const examples: ProtocolExample[] = [];
  let open: Omit<ProtocolExample, 'reply'> | undefined;
  for (const { kind, text, line } of blocks(page)) {
    if (kind === 'request') {
      if (open !== undefined) throw new Error(`line ${open.line}: a request without a reply`);
      open = { line, text, request: parse(text, line) };
    } else {
      if (open === undefined) throw new Error(`line ${line}: a reply without a request`);
      examples.push({ ...open, reply: parse(text, line) });
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`line ${open.line}: a request without a reply`);
  return examples;
}

function* blocks(page: string) {
  const fence = /^```json (?<kind>request|reply)\n(?<text>(?:.*\n)*?)```$/gm;
  for (const match of page.matchAll(fence)) {
    const { kind = '', text = '' } = match.groups ?? {};
    yield { kind, text, line: page.slice(0, match.index).split('\n').length };
  }
}

function parse(text: string, line: number): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new Error(`line ${line}: ${String(error)}`, { cause: error });
  }
}

/**
 * The differences in shape between an answer and the one on the page: other keys, other types,
 * other words where words are part of the protocol (`state`, `op`, `reason`, `code`, `field`).
 * Empty if there are none.
 */
export function shapeFaults(actual: unknown, shown: unknown, path = 'reply'): readonly string[] {
  if (Array.isArray(shown)) {
    if (!Array.isArray(actual)) return [`${path} is no array`];
    if (path.endsWith('.threads')) return [];
    if (actual.length !== shown.length) return [`${path} has ${actual.length} entries`];
    return shown.flatMap((one, index) => shapeFaults(actual[index], one, `${path}.${index}`));
  }
  if (typeof shown === 'object' && shown !== null) return objectFaults(actual, shown, path);
  if (typeof actual !== typeof shown) return [`${path} is ${JSON.stringify(actual)}`];
  return /\.(state|op|reason|code|field)$/.test(path) ? wordFaults(actual, shown, path) : [];
}

function objectFaults(actual: unknown, shown: object, path: string): readonly string[] {
  if (typeof actual !== 'object' || actual === null) return [`${path} is no object`];
  if (OPEN_MAPS.some((name) => path.endsWith(`.${name}`))) return [];
  const [has, wants] = [new Set(Object.keys(actual)), new Set(Object.keys(shown))];
  const missing = [...wants].filter((key) => !has.has(key) && !OPTIONAL.includes(key));
  const extra = [...has].filter((key) => !wants.has(key) && !OPTIONAL.includes(key));
  return [
    ...missing.map((key) => `${path}.${key} is missing`),
    ...extra.map((key) => `${path}.${key} is not on the page`),
    ...[...has]
      .filter((key) => wants.has(key))
      .flatMap((key) =>
        shapeFaults(
          (actual as Record<string, unknown>)[key],
          (shown as Record<string, unknown>)[key],
          `${path}.${key}`,
        ),
      ),
  ];
}

function wordFaults(actual: unknown, shown: unknown, path: string): readonly string[] {
  const same =
    actual === shown || [actual, shown].every((word) => UNDER_WAY.includes(String(word)));
  return same ? [] : [`${path} is ${JSON.stringify(actual)}, not ${JSON.stringify(shown)}`];
}
