/**
 * A queue that an item may leave from the middle: every step costs the same however long the queue is. An item
 * holds its own links, so that a queue takes no memory besides.
 *
 * Neither an array nor a Set does that: with 50,000 items `shift` of an array takes 0.1 ms, and so does finding
 * the first item of a Set whose first ones have left (Node 24.21, November 2026).
 */

/** An item of at most one queue at a time. Only the queue touches these fields. */
export interface Queued<Item> {
  queue: object | undefined;
  before: Item | undefined;
  after: Item | undefined;
}

export class LinkedQueue<Item extends Queued<Item>> {
  #first: Item | undefined;
  #last: Item | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): Item | undefined {
    return this.#first;
  }

  /** @throws if the item is in a queue already */
  push(item: Item): void {
    if (item.queue !== undefined) throw new Error('the item is in a queue already');
    item.queue = this;
    item.before = this.#last;
    if (this.#last === undefined) this.#first = item;
    else this.#last.after = item;
    this.#last = item;
    this.#size++;
  }

  shift(): Item | undefined {
    const first = this.#first;
    if (first !== undefined) this.remove(first);
    return first;
  }

  /** @returns whether the item was in this queue */
  remove(item: Item): boolean {
    if (item.queue !== this) return false;
    const { before, after } = item;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    item.queue = undefined;
    item.before = undefined;
    item.after = undefined;
    this.#size--;
    return true;
  }
}
