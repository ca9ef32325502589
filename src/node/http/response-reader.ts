/** Reads responses out of bytes that come in pieces, one response after another. Touches no socket. */
import { ChunkedBody, type WholeBody } from './chunked-body.ts';
import { decodeBody } from './content-coding.ts';
import { type Fault, tooLarge } from './fault.ts';
import { type Fields, type Head, parseHead } from './head.ts';

/** A response that came to its end. */
export interface Response {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** By name in lower case. */
  readonly fields: Fields;
  /** Decoded as UTF-8. */
  readonly body: string;
  /** Only if the body may not be UTF-8: its bytes, one a character. */
  readonly bytes?: string;
  /** See `Head.keepMs`; also 0 if the node sent more than one response. */
  readonly keepMs: number;
}

/** As Node and its clients allow. */
const HEAD_BYTES_MAX = 16 * 1024;
/** Interim responses, such as hints, before the response. */
const INTERIM_MAX = 10;
const HEAD_END = '\r\n\r\n';
const NOT_ASCII = /[\x80-\xff]/;

export class ResponseReader {
  #bodyBytesMax = 0;
  #isHead = false;
  #unread = '';
  #head: Head | undefined;
  #chunks: ChunkedBody | undefined;
  #interim = 0;
  /** The heads of a node are equal for a second or longer: the latest is kept, and not parsed again. */
  #latest: { readonly text: string; readonly head: Head } | undefined;

  /**
   * The next piece begins a response. The rest of an earlier one is dropped.
   *
   * @param isHead the response is that to a HEAD, which has no body, whatever its head says
   */
  begin(bodyBytesMax: number, isHead = false): void {
    this.#bodyBytesMax = bodyBytesMax;
    this.#isHead = isHead;
    this.#unread = '';
    this.#head = undefined;
    this.#chunks = undefined;
    this.#interim = 0;
  }

  /**
   * Undefined while more is to come.
   *
   * @param piece one byte a character
   */
  push(piece: string): Response | Fault | undefined {
    this.#unread = this.#unread === '' ? piece : this.#unread + piece;
    if (this.#head === undefined) {
      const head = this.#readHead();
      if (head === undefined || 'fault' in head) return head;
      this.#head = this.#isHead ? withoutBody(head) : head;
    }
    const head = this.#head;
    const whole = this.#readBody(head.body);
    if (whole === undefined || 'fault' in whole) return whole;
    const read = response(head, whole, this.#bodyBytesMax);
    // The connection may be idle for long, and a page is large.
    this.begin(0);
    return read;
  }

  /** The node closed the connection in order: no more pieces come. */
  end(): Response | Fault {
    const whole = { body: this.#unread, rest: '' };
    if (this.#head?.body === 'until close') return response(this.#head, whole, this.#bodyBytesMax);
    const isBegun = this.#head !== undefined || this.#unread !== '';
    const when = isBegun ? 'in the middle of its answer' : 'without an answer';
    return { fault: `the connection was closed ${when}` };
  }

  #readHead(): Head | Fault | undefined {
    for (; this.#interim <= INTERIM_MAX; this.#interim++) {
      const ends = this.#unread.indexOf(HEAD_END);
      const length = ends === -1 ? this.#unread.length - (HEAD_END.length - 1) : ends;
      if (length > HEAD_BYTES_MAX) return { fault: `a head of more than ${HEAD_BYTES_MAX} bytes` };
      if (ends === -1) return undefined;
      const head = this.#parse(this.#unread.slice(0, ends));
      this.#unread = this.#unread.slice(ends + HEAD_END.length);
      if ('fault' in head || head.status >= 200) return head;
      if (head.status === 101) return { fault: 'a change of protocol without a request for it' };
    }
    return { fault: `more than ${INTERIM_MAX} interim answers` };
  }

  #parse(text: string): Head | Fault {
    if (text === this.#latest?.text) return this.#latest.head;
    const head = parseHead(text);
    if (!('fault' in head)) this.#latest = { text, head };
    return head;
  }

  #readBody(ends: Head['body']): WholeBody | Fault | undefined {
    if (ends === 'chunked') {
      this.#chunks ??= new ChunkedBody(this.#bodyBytesMax);
      const piece = this.#unread;
      this.#unread = '';
      return this.#chunks.push(piece);
    }
    const length = ends === 'until close' ? this.#unread.length : ends;
    if (length > this.#bodyBytesMax) return tooLarge(this.#bodyBytesMax);
    if (ends === 'until close' || this.#unread.length < length) return undefined;
    return { body: this.#unread.slice(0, length), rest: this.#unread.slice(length) };
  }
}

/** A node that sends the announced body all the same would answer the next request with it: no request follows. */
function withoutBody(head: Head): Head {
  return { ...head, body: 0, coding: null, keepMs: head.body === 0 ? head.keepMs : 0 };
}

function response(
  { status, retryAfter, fields, keepMs, coding }: Head,
  { body: sent, rest }: WholeBody,
  bytesMax: number,
): Response | Fault {
  const body = coding === null ? sent : decodeBody(sent, coding, bytesMax);
  if (typeof body !== 'string') return body;
  const text = decode(body);
  const read = { status, retryAfter, fields, body: text, keepMs: rest === '' ? keepMs : 0 };
  return text.includes('\uFFFD') ? { ...read, bytes: body } : read;
}

function decode(bytes: string): string {
  return NOT_ASCII.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes;
}
