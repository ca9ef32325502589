/** A Sentry envelope, read as the protocol has it: a header line, then items of header and payload. */

export interface Envelope {
  readonly header: Record<string, unknown>;
  readonly items: readonly { readonly type: string; readonly payload: SentryEvent }[];
}

export interface SentryEvent {
  readonly environment: string;
  readonly release: string;
  readonly server_name: string;
  readonly tags: Record<string, string>;
  readonly contexts: Record<string, Record<string, unknown>>;
  readonly breadcrumbs: readonly {
    category: string;
    message: string;
    level: string;
    timestamp: number;
    data?: Record<string, unknown>;
  }[];
  readonly exception: {
    values: readonly { type: string; value: string; stacktrace?: { frames: readonly unknown[] } }[];
  };
}

export function readEnvelope(body: string): Envelope {
  const bytes = Buffer.from(body);
  let at = 0;
  const line = (): Buffer => {
    const end = bytes.indexOf('\n', at);
    const part = bytes.subarray(at, end === -1 ? bytes.length : end);
    at += part.length + 1;
    return part;
  };
  const header = JSON.parse(line().toString()) as Record<string, unknown>;
  const items = [];
  while (at < bytes.length) {
    const { type, length } = JSON.parse(line().toString()) as { type: string; length?: number };
    const payload = length === undefined ? line() : bytes.subarray(at, at + length);
    if (length !== undefined) at += length + 1;
    items.push({ type, payload: JSON.parse(payload.toString()) as SentryEvent });
  }
  return { header, items };
}
