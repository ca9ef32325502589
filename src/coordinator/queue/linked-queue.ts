/**
 * A queue that one may leave from the middle: every move costs the same however long it is. Who
 * stands in it is its own link, so that standing in line takes no memory besides.
 *
 * Neither an array nor a Set does that: with 50,000 waiting, `shift` of an array takes 0.1 ms, and
 * so does finding the first of a Set whose first ones have left (Node 24.21, November 2026).
 */

/** Who can stand in line, in one at a time. The line alone touches these. */
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

  /** @throws if the item stands in a line already */
  push(item: Item): void {
    if (item.queue !== undefined) throw new Error('an item stands in line twice');
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

  /** @returns whether it stood in this line */
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
