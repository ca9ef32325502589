/**
 * Writes lines to stdout or stderr from any thread, without main and without waiting.
 *
 * `process.stdout` of a worker thread goes through main, so a hung main would swallow every line. A
 * write to the descriptor does not (measured 2026-11: a worker's lines appeared while main hung for
 * two seconds). Node makes pipes non-blocking: a full one answers EAGAIN, and the rest waits in a
 * bounded queue. Lines beyond the bound are counted, and their number is written when there is
 * room.
 */
import { writeSync } from 'node:fs';
import { codeOf } from '../../base/error-fields.ts';

const QUEUE_BYTES_MAX = 1024 * 1024;
const RETRY_MS = 20;
/** At the end of the process a slow reader gets this long. */
const FLUSH_MS_MAX = 200;

export interface DescriptorWriterOptions {
  /** 1 or 2; any descriptor in tests. */
  readonly descriptor: number;
  /** The line that reports the number of lost lines. */
  readonly droppedLine: (count: number) => string;
}

export class DescriptorWriter {
  readonly #options: DescriptorWriterOptions;
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: DescriptorWriterOptions) {
    this.#options = options;
  }

  write(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    if (this.#queuedBytes + bytes.length > QUEUE_BYTES_MAX) {
      this.#dropped++;
      return;
    }
    this.#enqueue(bytes);
    if (this.#queue.length === 1) this.#pump();
  }

  /** Waits a short time until everything is written: for the end of the process. */
  flush(): void {
    const pause = new Int32Array(new SharedArrayBuffer(4));
    const until = performance.now() + FLUSH_MS_MAX;
    this.#pump();
    while (this.#queue.length > 0 && performance.now() < until) {
      Atomics.wait(pause, 0, 0, 5);
      this.#pump();
    }
    clearTimeout(this.#timer);
  }

  #enqueue(bytes: Buffer): void {
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
  }

  #pump(): void {
    let first = this.#queue[0];
    while (first !== undefined) {
      const written = this.#tryWrite(first);
      this.#queuedBytes -= written;
      if (written < first.length) {
        this.#queue[0] = first.subarray(written);
        return this.#retryLater();
      }
      this.#queue.shift();
      if (this.#queue.length === 0) this.#writeDropped();
      first = this.#queue[0];
    }
  }

  /** The bytes that are done: written, or lost because the reader is gone. */
  #tryWrite(bytes: Buffer): number {
    try {
      return writeSync(this.#options.descriptor, bytes);
    } catch (error) {
      if (codeOf(error) === 'EAGAIN') return 0;
      this.#dropped++;
      return bytes.length;
    }
  }

  #writeDropped(): void {
    if (this.#dropped === 0) return;
    const bytes = Buffer.from(`${this.#options.droppedLine(this.#dropped)}\n`);
    const before = this.#dropped;
    // If this write fails too, the line counts as lost, and the next one reports it.
    if (this.#tryWrite(bytes) === bytes.length && this.#dropped === before) this.#dropped = 0;
  }

  #retryLater(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#pump();
    }, RETRY_MS).unref();
  }
}
