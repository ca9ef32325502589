/**
 * Items of many owners, served in turn: the oldest of one owner, then the oldest of the next. However many items
 * one owner has, another waits for one of each owner at most. Every step costs the same.
 */
import { Fifo } from './fifo.ts';

export class Turns<Item> {
  /** In the order of their turns; none is empty. */
  readonly #queues = new Map<string, Fifo<Item>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(owner: string): boolean {
    return this.#queues.has(owner);
  }

  /** The oldest item of the owner whose turn it is. */
  get first(): Item | undefined {
    for (const queue of this.#queues.values()) return queue.first;
    return undefined;
  }

  push(owner: string, item: Item): void {
    let queue = this.#queues.get(owner);
    if (queue === undefined) {
      queue = new Fifo();
      this.#queues.set(owner, queue);
    }
    queue.push(item);
    this.#size++;
  }

  /** Takes `first` out; it is the next owner's turn. */
  shift(): Item | undefined {
    const [turn] = this.#queues;
    if (turn === undefined) return undefined;
    const [owner, queue] = turn;
    const item = queue.shift();
    this.#size--;
    this.#queues.delete(owner);
    if (queue.size > 0) this.#queues.set(owner, queue);
    return item;
  }

  /** Leaves `first` where it is; it is the next owner's turn. */
  pass(): void {
    const [turn] = this.#queues;
    if (turn === undefined) return;
    this.#queues.delete(turn[0]);
    this.#queues.set(...turn);
  }

  /** Takes the oldest item of the owner that has most of them. Costs a step for each owner. */
  shiftOfMost(): Item | undefined {
    let most: readonly [string, Fifo<Item>] | undefined;
    for (const turn of this.#queues) if (turn[1].size > (most?.[1].size ?? 0)) most = turn;
    if (most === undefined) return undefined;
    const [owner, queue] = most;
    this.#size--;
    if (queue.size === 1) this.#queues.delete(owner);
    return queue.shift();
  }
}
