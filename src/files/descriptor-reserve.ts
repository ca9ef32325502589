/**
 * File descriptors that a thread keeps for its connections to nodes, or to a database (P8, P9). Connections of peers that
 * never say a word can take every descriptor of the process: libzmq accepts them all, and takes each one that becomes free
 * within microseconds. So some are opened at the start and kept, on /dev/null. While descriptors are short, a few are closed at
 * the moment at which a socket is opened, and opened again right behind it: libzmq takes one of them at most meanwhile.
 *
 * Seen with 3,000 silent connections at 1,024 descriptors (decision 057): 1 to 7 in 100 connections to a node were opened
 * without a reserve, 92 with four that are closed at once.
 */
import { closeSync, openSync } from 'node:fs';
import { codeOf } from '../base/error-fields.ts';

/** Of those that are kept: a few are lost to peers that take every descriptor. */
export const SPARE = 8;

/** Closed for one socket. */
const AT_ONCE = 4;
/** Between two tries to get back what was lost: connections that are silent for too long end in bursts. */
const REFILL_MS = 10;
/** Descriptors are no longer short when none has failed for so long. */
const CALM_MS = 10_000;

export class DescriptorReserve implements Disposable {
  readonly #size: number;
  readonly #held: number[] = [];
  #shortUntil = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  /** Closed in this turn, for the first socket of it. */
  #isLending = false;

  constructor(size: number) {
    this.#size = size;
    this.#fill();
  }

  /** Held now. */
  get held(): number {
    return this.#held.length;
  }

  /** A socket could not be opened, or a name was not found. From now on descriptors are lent, if it failed for want of one. */
  noteFailure(error: unknown): void {
    if (!isForDescriptor(error)) return;
    this.#shortUntil = performance.now() + CALM_MS;
    this.#timer ??= setInterval(() => this.#refill(), REFILL_MS).unref();
  }

  /** Call it right before the connection of a socket begins: its descriptor is taken before the microtasks of this turn end. */
  lend(): void {
    if (this.#timer === undefined) return;
    const count = this.#isLending ? 1 : AT_ONCE;
    for (const descriptor of this.#held.splice(-count)) closeSync(descriptor);
    if (this.#isLending) return;
    this.#isLending = true;
    // Node opens the socket in the next tick, or after the look-up, which is a microtask.
    process.nextTick(() =>
      queueMicrotask(() => {
        this.#isLending = false;
        this.#fill();
      }),
    );
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const descriptor of this.#held.splice(0)) closeSync(descriptor);
  }

  #refill(): void {
    this.#fill();
    if (this.#held.length < this.#size || performance.now() < this.#shortUntil) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #fill(): void {
    try {
      while (this.#held.length < this.#size) this.#held.push(openSync('/dev/null', 'r'));
    } catch {
      // None is free now: the next try may find one.
    }
  }
}

/** Whether no descriptor was free: also for one of several addresses. */
export function isForDescriptor(error: unknown): boolean {
  const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  return errors.some((each) => ['EMFILE', 'ENFILE'].includes(codeOf(each) ?? ''));
}
