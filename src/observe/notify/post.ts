/** One POST, and what its answer means. Errors are told by code: an address may hold a token. */
import ky from 'ky';
import type { Delivery } from './notice.ts';

const BODY_CHARS_MAX = 4096;

export interface Post {
  readonly url: string;
  readonly json: unknown;
  readonly timeoutMs: number;
  /** Where the service also says in its body how long to wait. */
  readonly waitInBody?: (body: unknown) => number | undefined;
}

export async function post({ url, json, timeoutMs, waitInBody }: Post): Promise<Delivery> {
  try {
    const response = await ky.post(url, {
      json,
      // The queue repeats, not ky: it knows what else there is to say by then.
      retry: { limit: 0 },
      timeout: timeoutMs,
      totalTimeout: timeoutMs,
      // Neither a body that never ends: ky's own timeouts end with the headers.
      signal: AbortSignal.timeout(timeoutMs),
      // A token must not follow to another host.
      redirect: 'manual',
      throwHttpErrors: false,
    });
    if (response.ok) {
      await response.body?.cancel();
      return { kind: 'delivered' };
    }
    const reason = `HTTP ${response.status}`;
    if (response.status === 429 || response.status === 503) {
      const afterMs =
        headerWait(response.headers.get('retry-after')) ?? waitInBody?.(await read(response));
      return { kind: 'later', reason, ...(afterMs === undefined ? {} : { afterMs }) };
    }
    await response.body?.cancel();
    return {
      kind: response.status >= 500 || response.status === 408 ? 'later' : 'refused',
      reason,
    };
  } catch (error) {
    return { kind: 'later', reason: codeOf(error) };
  }
}

async function read(response: Response): Promise<unknown> {
  try {
    return JSON.parse((await response.text()).slice(0, BODY_CHARS_MAX));
  } catch {
    return undefined;
  }
}

/** Seconds or a date, in milliseconds from now. */
function headerWait(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : Number.NaN;
  const ms = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

function codeOf(error: unknown): string {
  const { name, cause } = error as {
    name?: string;
    cause?: { code?: string; cause?: { code?: string } };
  };
  return cause?.code ?? cause?.cause?.code ?? name ?? 'unknown';
}
