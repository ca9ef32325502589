/**
 * Whether one more peer may connect: not when so few descriptors are left that the daemon itself might lack one, for
 * its nodes for example. libzmq has no bound of connections.
 */
import { readdirSync } from 'node:fs';

/** Of this process; on Linux a link to /proc/self/fd. */
const DESCRIPTORS = '/dev/fd';
/** Counting a thousand takes half a millisecond; peers that connect meanwhile are added. */
const COUNT_MS = 50;

export interface RoomOptions {
  /** Open descriptors, above which no further peer may connect. */
  readonly descriptorsMax: number;
  readonly now: () => number;
  /** @throws if no descriptor is left to count them */
  readonly count?: () => number;
}

export class Room {
  readonly #options: RoomOptions;
  #open = 0;
  #countedAt = Number.NEGATIVE_INFINITY;

  constructor(options: RoomOptions) {
    this.#options = options;
  }

  /** @returns false if there is no room */
  take(): boolean {
    const { descriptorsMax, now } = this.#options;
    if (now() - this.#countedAt >= COUNT_MS) {
      this.#countedAt = now();
      this.#open = this.#count();
    }
    if (this.#open > descriptorsMax) return false;
    this.#open++;
    return true;
  }

  #count(): number {
    const { count = () => readdirSync(DESCRIPTORS).length } = this.#options;
    try {
      return count();
    } catch {
      return Number.POSITIVE_INFINITY;
    }
  }
}
