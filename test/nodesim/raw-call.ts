/** One HTTP exchange on a connection of its own, with nothing repeated or hidden. */
import { request } from 'node:http';

export interface RawAnswer {
  readonly status: number;
  readonly type: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface RawCall {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is if it is text, else as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** Rejects with the system's error: ECONNRESET, ECONNREFUSED, AbortError. */
export function rawCall(url: string, call: RawCall = {}): Promise<RawAnswer> {
  const { method = 'GET', headers = {}, body, signal } = call;
  return new Promise((resolve, reject) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    // Named, because node:http sends the body of a DELETE without any length else.
    const length = text === undefined ? {} : { 'content-length': Buffer.byteLength(text) };
    const options = { method, headers: { ...headers, ...length }, agent: false };
    const sent = request(url, { ...options, ...(signal && { signal }) }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          type: response.headers['content-type'],
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sent.on('error', reject);
    sent.end(text);
  });
}

/** The code of the error that the call fails with; fails if it is answered. */
export async function failureOf(answer: Promise<RawAnswer>): Promise<string> {
  try {
    const { status, text } = await answer;
    return `answered ${status} ${text}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

/** The calls of the reliable-ops dialect on one base URL. */
export function groupCalls(base: string, headers: Readonly<Record<string, string>> = {}) {
  const withBody =
    (method: string) =>
    (groupId: unknown, more: Readonly<Record<string, string>> = {}): Promise<RawAnswer> =>
      rawCall(`${base}/group`, { method, body: { groupId }, headers: { ...headers, ...more } });
  return {
    create: withBody('POST'),
    remove: withBody('DELETE'),
    read: (groupId: string): Promise<RawAnswer> =>
      rawCall(`${base}/group/${encodeURIComponent(groupId)}`, { headers }),
  };
}

/** What an error's body says, byte for byte. */
export function errorText(status: number, message: string): string {
  return `{"message": ${JSON.stringify(message)}, "status": ${status}}`;
}
