/** Reads a body that is sent in chunks (RFC 9112, section 7.1), one byte a character. */
import { type Fault, tooLarge } from './fault.ts';
import { areTrailers } from './head.ts';

/** The line of a chunk: its size and extensions. */
const LINE_BYTES_MAX = 1024;
/** Size lines and trailer of one body: chunks of one byte each would cost many times their content. */
const FRAMING_BYTES_MAX = 64 * 1024;
const TRAILER_BYTES_MAX = 16 * 1024;
/** Old servers pad the size with spaces; others write them around `;` and `=`, where HTTP allows them. */
const SIZE_LINE =
  /^([\da-f]{1,8})[\t ]*(?:;[\t ]*[!#$%&'*+.^_`|~\w-]+[\t ]*(?:=[\t ]*[!#$%&'*+.^_`|~\w-]+[\t ]*)?)*$/i;

/** The body is complete. `rest`: bytes that followed it. */
export interface WholeBody {
  readonly body: string;
  readonly rest: string;
}

export class ChunkedBody {
  readonly #bytesMax: number;
  #bytes = 0;
  #body = '';
  #unread = '';
  /** Size of the chunk that is being read; undefined: its size line comes next. */
  #size: number | undefined;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Undefined while more is to come. */
  push(piece: string): WholeBody | Fault | undefined {
    this.#unread += piece;
    this.#bytes += piece.length;
    if (this.#bytes > this.#bytesMax + FRAMING_BYTES_MAX) return tooLarge(this.#bytesMax);
    for (;;) {
      if (this.#size === 0) return this.#readTrailer();
      const fault = this.#size === undefined ? this.#readSize() : this.#readChunk(this.#size);
      if (fault !== undefined) return fault === 'more' ? undefined : fault;
    }
  }

  #readSize(): Fault | 'more' | undefined {
    const ends = this.#unread.indexOf('\r\n');
    if (ends === -1 && this.#unread.length < LINE_BYTES_MAX + 2) return 'more';
    const [, digits] = SIZE_LINE.exec(this.#unread.slice(0, Math.max(0, ends))) ?? [];
    if (digits === undefined || ends > LINE_BYTES_MAX) return { fault: 'a chunk without a size' };
    const size = Number.parseInt(digits, 16);
    if (this.#body.length + size > this.#bytesMax) return tooLarge(this.#bytesMax);
    this.#unread = this.#unread.slice(ends + 2);
    this.#size = size;
    return undefined;
  }

  #readChunk(size: number): Fault | 'more' | undefined {
    if (this.#unread.length < size + 2) return 'more';
    if (!this.#unread.startsWith('\r\n', size)) return { fault: 'a chunk longer than its size' };
    this.#body += this.#unread.slice(0, size);
    this.#unread = this.#unread.slice(size + 2);
    this.#size = undefined;
    return undefined;
  }

  /** The content of the trailer does not matter, only its end. */
  #readTrailer(): WholeBody | Fault | undefined {
    if (this.#unread.startsWith('\r\n')) return { body: this.#body, rest: this.#unread.slice(2) };
    const ends = this.#unread.indexOf('\r\n\r\n');
    const length = ends === -1 ? this.#unread.length - 3 : ends;
    if (length > TRAILER_BYTES_MAX) return { fault: 'a trailer without end' };
    if (ends === -1) return undefined;
    const isOne = areTrailers(this.#unread.slice(0, ends).split('\r\n'));
    if (!isOne) return { fault: 'a malformed trailer' };
    return { body: this.#body, rest: this.#unread.slice(ends + 4) };
  }
}
