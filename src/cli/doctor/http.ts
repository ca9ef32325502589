/**
 * One HTTP exchange of `lockstep doctor`: never repeated, bounded in time and size, with its
 * failure as a value. Failures are reported by their cause alone, because an address may hold a
 * key.
 */
import ky from 'ky';
import { codeOf } from '../../base/error-fields.ts';

const BODY_BYTES_MAX = 64 * 1024;

export interface HttpResult {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Posts this as JSON, or a text as it is. Absent: a GET. */
  readonly post?: unknown;
  readonly timeoutMs: number;
}

export type Outcome =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly body: string;
      /** By name in lower case; only for nodes. */
      readonly fields?: ReadonlyMap<string, readonly string[]>;
      readonly tookMs: number;
      /** How far the other clock is ahead of ours; it has whole seconds. */
      readonly aheadMs: number | undefined;
    }
  | {
      readonly kind: 'silent';
      readonly why: string;
      /** The remedy, where the failure itself shows it. */
      readonly hint?: string;
    };

export async function exchange(request: HttpResult): Promise<Outcome> {
  const begun = performance.now();
  try {
    const response = await ky(request.url, optionsOf(request));
    const tookMs = performance.now() - begun;
    const aheadMs = clockAhead(response.headers.get('date'), tookMs);
    const body = await readStart(response.body ?? undefined);
    return { kind: 'answered', status: response.status, body, tookMs, aheadMs };
  } catch (error) {
    return { kind: 'silent', why: causeOf(error, request.timeoutMs) };
  }
}

function optionsOf({ headers = {}, post, timeoutMs }: HttpResult) {
  return {
    headers,
    retry: 0,
    timeout: false,
    // For the body too, which ky's own timeout does not cover.
    signal: AbortSignal.timeout(timeoutMs),
    redirect: 'manual',
    throwHttpErrors: false,
    ...(post === undefined ? {} : { method: 'post', ...bodyOf(post) }),
  } as const;
}

function bodyOf(post: unknown) {
  return typeof post === 'string' ? { body: post } : { json: post };
}

/** The beginning of a body. */
export async function readStart(body: AsyncIterable<Uint8Array> | undefined): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= BODY_BYTES_MAX) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function clockAhead(date: string | null, tookMs: number): number | undefined {
  const theirs = date === null ? Number.NaN : Date.parse(date);
  // On average half a second of theirs was cut off, and half of the time has passed since.
  return Number.isNaN(theirs) ? undefined : theirs + 500 - (Date.now() - tookMs / 2);
}

/** fetch reports "fetch failed"; the causes behind it name the failure. */
export function causeOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer in ${timeoutMs} ms`;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const code = codeOf(cause);
    if (typeof code === 'string') return WORDS[code] ?? code;
  }
  return error.name;
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused: nothing listens there',
  ECONNRESET: 'the connection was cut',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the name lookup failed',
  EHOSTUNREACH: 'the host is unreachable',
  UND_ERR_SOCKET: 'the connection was cut',
};
