/**
 * Notices memory that peers take inside libzmq, where the daemon can neither count nor bound it: a message whose
 * frames never end, answers that many clients leave unread, subscriptions by the million. It is the memory of the
 * process that the daemon's own books do not explain; closing the sockets frees it (decision 057).
 *
 * The books are the heap and the buffers of this thread, where everything is that clients cause. The other threads
 * have what they had at the start, and an allowance.
 */

/** A peer on this machine sends 500 MB in a second. */
const LOOK_MS = 50;
/** Of the limit: below this share there is time, and an idle daemon is woken less often. */
const LITTLE = 1 / 4;
const CALM_LOOK_MS = 200;
/** In which the memory of sockets that were closed is freed. */
const SETTLED_MS = 300;
/** Of the limit: below this share nothing is done. */
const MUCH = 1 / 2;
/**
 * Of the limit: growth since the start that the books need not explain, at least so much for each executor. Honest load
 * needs room: with 100,000 commands in flight the heaps of the other threads took 390 MB of 1 GiB (November 2026).
 */
const ALLOWANCE = 1 / 2;
const EXECUTOR_BYTES = 64 * 1024 * 1024;
/** The same beyond the memory that remains when the sockets have been closed: the allocator may keep it. */
const LATER_ALLOWANCE = 1 / 16;

export interface Memory {
  /** Of the process. */
  readonly residentBytes: number;
  /** Heap and buffers of this thread. */
  readonly ownBytes: number;
}

export interface MemoryWatchOptions {
  /** At which a supervisor restarts the daemon. */
  readonly limitBytes: number;
  /** Threads whose heaps grow besides. */
  readonly executors: number;
  readonly now: () => number;
  /** Undefined if it cannot be read now. */
  readonly read?: () => Memory | undefined;
  /** Closes the sockets, and opens them again. */
  readonly onUnexplained: (seen: { residentBytes: number; unexplainedBytes: number }) => void;
}

export class MemoryWatch {
  readonly #options: MemoryWatchOptions;
  /** Unexplained memory above which the sockets are closed. */
  #bytesMax = 0;
  /** Bytes. The next look measures the memory from which growth counts. */
  #allowance: number | undefined;
  #quietUntil = Number.NEGATIVE_INFINITY;

  constructor(options: MemoryWatchOptions) {
    this.#options = options;
    const { limitBytes, executors } = options;
    this.#allowance = Math.max(limitBytes * ALLOWANCE, executors * EXECUTOR_BYTES);
  }

  /** Begins when the daemon is ready: what it needs for itself is there. */
  watch(): void {
    const memory = this.look();
    const isLittle =
      memory !== undefined && memory.residentBytes < this.#options.limitBytes * LITTLE;
    setTimeout(() => this.watch(), isLittle ? CALM_LOOK_MS : LOOK_MS).unref();
  }

  /** @returns the memory now, if it could be read */
  look(): Memory | undefined {
    const memory = (this.#options.read ?? readMemory)();
    if (memory !== undefined) this.#compare(memory);
    return memory;
  }

  #compare({ residentBytes, ownBytes }: Memory): void {
    const { limitBytes, now, onUnexplained } = this.#options;
    if (now() < this.#quietUntil) return;
    const unexplainedBytes = residentBytes - ownBytes;
    if (this.#allowance !== undefined) {
      const more = unexplainedBytes + this.#allowance;
      this.#bytesMax = Math.max(this.#bytesMax, more);
      this.#allowance = undefined;
    }
    if (residentBytes <= limitBytes * MUCH || unexplainedBytes <= this.#bytesMax) return;
    this.#allowance = limitBytes * LATER_ALLOWANCE;
    this.#quietUntil = now() + SETTLED_MS;
    onUnexplained({ residentBytes, unexplainedBytes });
  }
}

function readMemory(): Memory | undefined {
  try {
    const { rss, heapTotal, external } = process.memoryUsage();
    return { residentBytes: rss, ownBytes: heapTotal + external };
  } catch {
    // Reading needs a descriptor, and there may be none left: the guard in main logs that.
    return undefined;
  }
}
