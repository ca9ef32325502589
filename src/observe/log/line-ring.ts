/**
 * The last lines of the log, of every thread, in memory that all threads share: a thread writes without waiting for
 * another one, and the lines of a thread that hangs or is lost can still be read.
 *
 * The memory is a ring of cells, numbered without end. A line takes as many as it needs, one behind the other: its writer
 * reserves them by one addition, fills them, and stamps each with its number at last. A cell with another stamp is not
 * written yet, or belongs to a line that is gone. Bounds (P9): 8 MiB; a line has at most 15 KB.
 *
 * It does not keep a writer from a cell that is taken again while it writes, thousands of lines later: such a line is no
 * JSON, and the reader leaves it out.
 */

const CELL_BYTES = 256;
const HEAD_BYTES = 16;
const TEXT_BYTES = CELL_BYTES - HEAD_BYTES;
const CELLS = 32_768;
const LINE_CELLS_MAX = 64;
/** Where the number of the next cell stands: in front of the cells. */
const COUNTER_BYTES = 8;
/** Of the head of a cell, as 16-bit words behind the stamp: bytes of text, place in its line, cells of the line. */
const [LENGTH, PLACE, COUNT] = [4, 5, 6];
/** A writer that is so far behind was lost while it wrote: its cells are not waited for. */
const UNDER_WAY_CELLS = 256;

export const LINE_BYTES_MAX = LINE_CELLS_MAX * TEXT_BYTES;
/** Lines that a reader goes back. */
export const LINES_MAX = 10_000;

export interface NumberedLine {
  /** Rises from line to line. */
  readonly number: number;
  readonly text: string;
}

/** The memory of a ring, for every thread of the process. */
export function newLineRing(): SharedArrayBuffer {
  return new SharedArrayBuffer(COUNTER_BYTES + CELLS * CELL_BYTES);
}

export class LineRing {
  readonly #counter: BigInt64Array;
  readonly #stamps: BigInt64Array;
  readonly #heads: Uint16Array;
  readonly #bytes: Uint8Array;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();

  constructor(memory: SharedArrayBuffer) {
    this.#counter = new BigInt64Array(memory, 0, 1);
    this.#stamps = new BigInt64Array(memory, COUNTER_BYTES);
    this.#heads = new Uint16Array(memory, COUNTER_BYTES);
    this.#bytes = new Uint8Array(memory, COUNTER_BYTES);
  }

  /** The number behind the last line that is written as a whole, with all before it. */
  get written(): number {
    const end = this.#end;
    for (let number = Math.max(0, end - UNDER_WAY_CELLS); number < end; number++) {
      if (!this.#has(number)) return number;
    }
    return end;
  }

  /** @param text at most {@link LINE_BYTES_MAX} bytes; a longer one is left out */
  write(text: string): void {
    const bytes = this.#encoder.encode(text);
    if (bytes.length > LINE_BYTES_MAX) return;
    const count = Math.max(1, Math.ceil(bytes.length / TEXT_BYTES));
    const first = Number(Atomics.add(this.#counter, 0, BigInt(count)));
    for (let place = 0; place < count; place++) {
      const part = bytes.subarray(place * TEXT_BYTES, (place + 1) * TEXT_BYTES);
      this.#fill(first + place, { part, place, count });
    }
  }

  /** The newest line first, back to the oldest that is there. */
  *newest(): Generator<NumberedLine, void> {
    const { written } = this;
    const oldest = Math.max(0, this.#end - CELLS);
    let left = LINES_MAX;
    for (let at = written - 1; at >= oldest && left > 0; left--) {
      const first = this.#has(at) ? at - (this.#head(at, PLACE) ?? 0) : at;
      const text = first < oldest ? undefined : this.#textAt(first);
      at = first - 1;
      if (text !== undefined) yield { number: first, text };
    }
  }

  /**
   * The lines from this number on, the oldest first; it ends in front of a line that is being written.
   * @returns by `return`: the number to go on from
   */
  *from(number: number): Generator<NumberedLine, number> {
    const end = this.#end;
    let at = Math.max(number, end - CELLS, 0);
    while (at < end) {
      if (!this.#has(at)) {
        if (at >= end - UNDER_WAY_CELLS) return at;
        at++;
        continue;
      }
      const count = this.#head(at, PLACE) === 0 ? Math.max(1, this.#head(at, COUNT) ?? 1) : 1;
      const text = this.#textAt(at);
      const line = { number: at, text: text ?? '' };
      at += count;
      if (text !== undefined) yield line;
    }
    return at;
  }

  /** Whether the lines from this number on are there: else some were overwritten, or it is of another ring. */
  reaches(number: number): boolean {
    const end = this.#end;
    return number >= end - CELLS && number <= end;
  }

  get #end(): number {
    return Number(Atomics.load(this.#counter, 0));
  }

  #fill(
    number: number,
    { part, place, count }: { part: Uint8Array; place: number; count: number },
  ): void {
    const cell = number % CELLS;
    Atomics.store(this.#stamps, stampOf(cell), 0n);
    this.#bytes.set(part, cell * CELL_BYTES + HEAD_BYTES);
    const head = (cell * CELL_BYTES) / 2;
    this.#heads[head + LENGTH] = part.length;
    this.#heads[head + PLACE] = place;
    this.#heads[head + COUNT] = count;
    Atomics.store(this.#stamps, stampOf(cell), BigInt(number + 1));
  }

  #has(number: number): boolean {
    return Number(Atomics.load(this.#stamps, stampOf(number % CELLS))) === number + 1;
  }

  #head(number: number, word: number): number | undefined {
    return this.#heads[((number % CELLS) * CELL_BYTES) / 2 + word];
  }

  /** The line that begins in this cell; undefined: none does, or a part of it is gone. */
  #textAt(first: number): string | undefined {
    if (!this.#has(first) || this.#head(first, PLACE) !== 0) return undefined;
    const count = this.#head(first, COUNT) ?? 0;
    if (count > LINE_CELLS_MAX) return undefined;
    const text = new Uint8Array(count * TEXT_BYTES);
    let length = 0;
    for (let number = first; number < first + count; number++) {
      const begin = (number % CELLS) * CELL_BYTES + HEAD_BYTES;
      const bytes = Math.min(TEXT_BYTES, this.#head(number, LENGTH) ?? 0);
      text.set(this.#bytes.subarray(begin, begin + bytes), length);
      length += bytes;
      // After the copy: until then it was this line's.
      if (!this.#has(number)) return undefined;
    }
    return this.#decoder.decode(text.subarray(0, length));
  }
}

function stampOf(cell: number): number {
  return (cell * CELL_BYTES) / 8;
}
