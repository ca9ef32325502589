/**
 * The head of an HTTP/1.1 response, as far as it says how to read the rest (RFC 9112). Strict: what
 * could be read in two ways is read in none, since an answer that is misread may break P1, and one
 * that is not read is only asked for again.
 */

export interface Head {
  readonly status: number;
  /** Where the body ends: after so many bytes, with its last chunk, or with the connection. */
  readonly body: number | 'chunked' | 'until close';
  /** How long the connection may be idle and be used again, ms; 0: it is not to be used again. */
  readonly keepMs: number;
  /** As it was sent; of two the first. */
  readonly retryAfter: string | undefined;
}

/** What was read is no answer, and why. */
export interface Fault {
  readonly fault: string;
}

/** Where a node says nothing about it. Common defaults of servers begin at 5 s, and those say so. */
const IDLE_MS = 30_000;
/** Closed so much earlier than the node would, so that no request crosses the close on its way. */
const IDLE_MARGIN_MS = 1000;

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const FIELD = /^([!#$%&'*+.^_`|~\w-]+):[\t ]*((?:[\x21-\x7e\x80-\xff][\t\x20-\x7e\x80-\xff]*)?)$/;
/** Of HTTP only: what JavaScript trims, a no-break space say, others take for a part of the value. */
const BLANK_END = /(?<![\t ])[\t ]+$/;
const FRAMING = /^(?:content-length|transfer-encoding):/i;
const LENGTH = /^\d{1,15}$/;
const TIMEOUT = /(?:^|[,\s])timeout\s*=\s*"?(\d{1,9})/i;

type Fields = ReadonlyMap<string, readonly string[]>;

/** @param text everything before the empty line, one byte a character */
export function parseHead(text: string): Head | Fault {
  const [statusLine = '', ...lines] = text.split('\r\n');
  const [, minor, digits] = STATUS_LINE.exec(statusLine) ?? [];
  if (digits === undefined) return { fault: 'the answer is not HTTP/1.1' };
  const fields = new Map<string, string[]>();
  for (const line of lines) {
    const [, name, value] = FIELD.exec(line) ?? [];
    if (name === undefined || value === undefined) return { fault: 'a header that is not one' };
    const key = name.toLowerCase();
    fields.set(key, [...(fields.get(key) ?? []), value.replace(BLANK_END, '')]);
  }
  const status = Number(digits);
  const body = bodyOf(status, fields, minor === '0');
  if (typeof body === 'object') return body;
  const keepMs = body === 'until close' ? 0 : keepMsOf(fields, minor === '0');
  return { status, body, keepMs, retryAfter: fields.get('retry-after')?.[0] };
}

/** RFC 9112, section 6.3. */
function bodyOf(status: number, fields: Fields, isOld: boolean): Head['body'] | Fault {
  const body = framingOf(fields, isOld);
  const isEmpty = status < 200 || status === 204 || status === 304;
  return isEmpty && typeof body !== 'object' ? 0 : body;
}

function framingOf(fields: Fields, isOld: boolean): Head['body'] | Fault {
  const codings = fields.get('transfer-encoding');
  const lengths = fields.get('content-length');
  if (codings !== undefined) {
    // The one that every client takes; no other was asked for.
    const isChunked = codings.length === 1 && codings[0]?.toLowerCase() === 'chunked';
    if (!isChunked || isOld || lengths !== undefined) return { fault: 'a body of unclear length' };
    return 'chunked';
  }
  if (lengths === undefined) return 'until close';
  const [length = ''] = lengths;
  if (lengths.length > 1 || !LENGTH.test(length)) return { fault: 'a body of unclear length' };
  return Number(length);
}

function keepMsOf(fields: Fields, isOld: boolean): number {
  const wishes = (fields.get('connection') ?? [])
    .join(',')
    .toLowerCase()
    .split(/[\t ,]+/);
  if (wishes.includes('close') || (isOld && !wishes.includes('keep-alive'))) return 0;
  const [, seconds] = TIMEOUT.exec((fields.get('keep-alive') ?? []).join(',')) ?? [];
  if (seconds === undefined) return IDLE_MS;
  return Math.max(0, Math.min(IDLE_MS, Number(seconds) * 1000 - IDLE_MARGIN_MS));
}

/** What may stand behind the chunks of a body: headers, but none that says where a body ends. */
export function areTrailers(lines: readonly string[]): boolean {
  return lines.every((line) => FIELD.test(line) && !FRAMING.test(line));
}
