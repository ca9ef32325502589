/**
 * Items of many owners, served in turn: the oldest of one owner, then the oldest of the next. However many items
 * one owner has, another waits for one of each owner at most. Every step costs the same.
 *
 * Owners that have had much lately come behind all others; they keep one turn of each few.
 */
import { Fifo } from './fifo.ts';

/** Of so many turns one is a heavy owner's, while others wait as well. */
const HEAVY_TURN = 4;

export class Turns<Item> {
  readonly #isHeavy: (owner: string) => boolean;
  /** In the order of their turns; none is empty. */
  readonly #light = new Map<string, Fifo<Item>>();
  readonly #heavy = new Map<string, Fifo<Item>>();
  #size = 0;
  #served = 0;

  /** @param isHeavy whether an owner has had much lately; it is asked after each turn of the owner */
  constructor(isHeavy: (owner: string) => boolean = () => false) {
    this.#isHeavy = isHeavy;
  }

  get size(): number {
    return this.#size;
  }

  has(owner: string): boolean {
    return this.#light.has(owner) || this.#heavy.has(owner);
  }

  /** The oldest item of the owner whose turn it is. */
  get first(): Item | undefined {
    for (const queue of this.#next.values()) return queue.first;
    return undefined;
  }

  push(owner: string, item: Item): void {
    let queue = this.#light.get(owner) ?? this.#heavy.get(owner);
    if (queue === undefined) {
      queue = new Fifo();
      this.#queuesOf(owner).set(owner, queue);
    }
    queue.push(item);
    this.#size++;
  }

  /** Takes `first` out; it is the next owner's turn. */
  shift(): Item | undefined {
    const [owner, queue] = this.#leave() ?? [];
    if (owner === undefined || queue === undefined) return undefined;
    const item = queue.shift();
    this.#size--;
    if (queue.size > 0) this.#queuesOf(owner).set(owner, queue);
    return item;
  }

  /** Leaves `first` where it is; it is the next owner's turn. */
  pass(): void {
    const turn = this.#leave();
    if (turn !== undefined) this.#queuesOf(turn[0]).set(...turn);
  }

  /** Takes the oldest item of the owner that has most of them. Costs a step for each owner. */
  shiftOfMost(): Item | undefined {
    let most: readonly [string, Fifo<Item>] | undefined;
    for (const turn of [...this.#light, ...this.#heavy])
      if (turn[1].size > (most?.[1].size ?? 0)) most = turn;
    if (most === undefined) return undefined;
    const [owner, queue] = most;
    this.#size--;
    if (queue.size === 1) {
      this.#light.delete(owner);
      this.#heavy.delete(owner);
    }
    return queue.shift();
  }

  /** The owner whose turn it is leaves the order. */
  #leave(): [owner: string, queue: Fifo<Item>] | undefined {
    const queues = this.#next;
    const [turn] = queues;
    if (turn === undefined) return undefined;
    queues.delete(turn[0]);
    this.#served++;
    return turn;
  }

  get #next(): Map<string, Fifo<Item>> {
    if (this.#heavy.size === 0) return this.#light;
    if (this.#light.size === 0) return this.#heavy;
    return this.#served % HEAVY_TURN === HEAVY_TURN - 1 ? this.#heavy : this.#light;
  }

  #queuesOf(owner: string): Map<string, Fifo<Item>> {
    return this.#isHeavy(owner) ? this.#heavy : this.#light;
  }
}
