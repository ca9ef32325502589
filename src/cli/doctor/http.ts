/**
 * One HTTP exchange of `lockstep doctor`: never repeated, bounded in time and size, told as a value.
 * Failures are told by their cause alone, as an address may hold a key.
 */
import ky from 'ky';

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
      /** By name in lower case, of nodes. */
      readonly fields?: ReadonlyMap<string, readonly string[]>;
      readonly tookMs: number;
      /** By how much the other side's clock is ahead of ours; it tells whole seconds. */
      readonly aheadMs: number | undefined;
    }
  | { readonly kind: 'silent'; readonly why: string };

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
    // Over the body as well, which ky's own timeout is not.
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
  // On the average half a second of theirs was cut off, and half of the time went by since.
  return Number.isNaN(theirs) ? undefined : theirs + 500 - (Date.now() - tookMs / 2);
}

/** fetch says "fetch failed"; what failed stands in the causes behind it. */
export function causeOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer in ${timeoutMs} ms`;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (typeof code === 'string') return WORDS[code] ?? code;
  }
  return error.name;
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'names cannot be looked up',
  EHOSTUNREACH: 'there is no way to that host',
  UND_ERR_SOCKET: 'the connection was cut',
};
