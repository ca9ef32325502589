/**
 * One POST, and the meaning of its answer. An error is logged by its code: an address may contain a
 * token.
 */
import ky from 'ky';
import type { Delivery } from './notice.ts';

const BODY_BYTES_MAX = 4096;

export interface Post {
  readonly url: string;
  readonly json: unknown;
  readonly timeoutMs: number;
  /** Reads a delay from the body of an answer, for services that send one there. */
  readonly waitInBody?: (body: unknown) => number | undefined;
}

export async function post({ url, json, timeoutMs, waitInBody }: Post): Promise<Delivery> {
  try {
    const response = await ky.post(url, {
      json,
      // ky does not repeat it: the queue does, together with newer notices.
      retry: { limit: 0 },
      timeout: timeoutMs,
      totalTimeout: timeoutMs,
      // Bounds the body as well: ky's own timeouts end with the headers.
      signal: AbortSignal.timeout(timeoutMs),
      // No redirect: a token must not go to another host.
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

/** Undefined if the body is no JSON, or too long to be the answer of a service: the rest of it is not read. */
async function read({ body }: Response): Promise<unknown> {
  const parts: Uint8Array[] = [];
  let length = 0;
  // The end of the loop cancels the body.
  for await (const part of body ?? []) {
    parts.push(part);
    length += part.length;
    if (length > BODY_BYTES_MAX) return undefined;
  }
  try {
    return JSON.parse(String(Buffer.concat(parts)));
  } catch {
    return undefined;
  }
}

/** Seconds or a date, as milliseconds from now. */
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
