/**
 * The head of an HTTP/1.1 response, as far as it says how to read the rest (RFC 9112). Strict: bytes that could be read
 * in two ways are a fault. A response that is misread may break P1; one that is not read only costs a repeat.
 */

import { type Coding, codingOf } from './content-coding.ts';
import type { Fault } from './fault.ts';

export interface Head {
  readonly status: number;
  /** Where the body ends: after so many bytes, with its last chunk, or with the connection. */
  readonly body: number | 'chunked' | 'until close';
  /** How long the connection may be idle and be used again, ms; 0: it is not to be used again. */
  readonly keepMs: number;
  /** As it was sent; the first of several. */
  readonly retryAfter: string | undefined;
  /** The body is compressed. */
  readonly coding: Coding;
  /** By name in lower case, in their order. */
  readonly fields: Fields;
}

/** Without a `Keep-Alive` header. */
const IDLE_MS = 30_000;
/** We close this much earlier than the node would, so that no request meets the close on its way. */
const IDLE_MARGIN_MS = 1000;

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const FIELD = /^([!#$%&'*+.^_`|~\w-]+):[\t ]*((?:[\x21-\x7e\x80-\xff][\t\x20-\x7e\x80-\xff]*)?)$/;
/** Only the blanks of HTTP. JavaScript also trims others, such as the no-break space, which belong to the value. */
const BLANK_END = /(?<![\t ])[\t ]+$/;
const FRAMING = /^(?:content-length|transfer-encoding):/i;
const UNCLEAR_LENGTH: Fault = { fault: 'a body of unclear length' };
const NO_BODY: ReadonlySet<number> = new Set([204, 304]);
const LENGTHS = /^\d{1,15}(?:[\t ]*,[\t ]*\d{1,15})*$/;
const TIMEOUT = /(?:^|[,\s])timeout\s*=\s*"?(\d{1,9})/i;

export type Fields = ReadonlyMap<string, readonly string[]>;

/** @param text everything before the empty line, one byte a character */
export function parseHead(text: string): Head | Fault {
  const [statusLine = '', ...lines] = text.split('\r\n');
  const [, minor, digits] = STATUS_LINE.exec(statusLine) ?? [];
  if (digits === undefined) return { fault: 'the answer is not HTTP/1.1' };
  const fields = new Map<string, string[]>();
  for (const line of lines) {
    const [, name, value] = FIELD.exec(line) ?? [];
    if (name === undefined || value === undefined) return { fault: 'a malformed header' };
    const key = name.toLowerCase();
    // Some clients take the tab for a part of the coding, and read the chunks as the body.
    if (key === 'transfer-encoding' && value.endsWith('\t')) return UNCLEAR_LENGTH;
    const values = fields.get(key) ?? [];
    values.push(value.replace(BLANK_END, ''));
    fields.set(key, values);
  }
  const status = Number(digits);
  const retryAfter = fields.get('retry-after')?.[0];
  const body = bodyOf(fields, minor === '0');
  if (typeof body === 'object') return body;
  const keepMs = keepMsOf(fields, minor === '0');
  if (!NO_BODY.has(status) && status >= 200) {
    const reusedMs = body === 'until close' ? 0 : keepMs;
    const coding = codingOf(fields.get('content-encoding'));
    if (coding !== null && typeof coding === 'object') return coding;
    return { status, body, keepMs: reusedMs, retryAfter, coding, fields };
  }
  // Such a response has no body, but some nodes announce one and send it.
  const isAnnounced = body === 'chunked' || (body !== 'until close' && body > 0);
  return { status, body: 0, keepMs: isAnnounced ? 0 : keepMs, retryAfter, coding: null, fields };
}

/** RFC 9112, section 6.3. */
function bodyOf(fields: Fields, isOld: boolean): Head['body'] | Fault {
  const codings = fields.get('transfer-encoding');
  const lengths = fields.get('content-length');
  if (codings !== undefined) {
    // Every client takes this coding. We ask for no other.
    const isChunked = codings.length === 1 && codings[0]?.toLowerCase() === 'chunked';
    if (!isChunked || isOld || lengths !== undefined) return UNCLEAR_LENGTH;
    return 'chunked';
  }
  if (lengths === undefined) return 'until close';
  // Proxies double the header; equal lengths say the same (RFC 9110, section 8.6).
  const [length = '', ...others] = lengths.join().match(/\d+/g) ?? [];
  const isClear = lengths.every((value) => LENGTHS.test(value));
  if (isClear && others.every((other) => other === length)) return Number(length);
  return UNCLEAR_LENGTH;
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

/** Whether these lines may follow the chunks of a body: headers, but none that says where a body ends. */
export function areTrailers(lines: readonly string[]): boolean {
  return lines.every((line) => FIELD.test(line) && !FRAMING.test(line));
}
