/**
 * Virtual time: what is due, in order. At one instant requests land before anything else happens,
 * so an exchange begun when a wait is over comes after the last moment that the wait allows for.
 */
interface Item {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

const LANDING_LEAD = 1e12;

export class Agenda {
  now = 0;
  #heap: Item[] = [];
  #order = 0;

  at(time: number, run: () => void): void {
    this.#push({ at: Math.max(time, this.now), order: this.#order++, run });
  }

  after(delay: number, run: () => void): void {
    this.at(this.now + delay, run);
  }

  /** The effect of a request, in a node. */
  land(time: number, run: () => void): void {
    this.#push({ at: Math.max(time, this.now), order: this.#order++ - LANDING_LEAD, run });
  }

  /** Does what is due next; false if nothing is. */
  step(): boolean {
    const next = this.#pop();
    if (next === undefined) return false;
    this.now = next.at;
    next.run();
    return true;
  }

  #push(item: Item): void {
    const heap = this.#heap;
    let index = heap.push(item) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as Item;
      if (!before(item, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = item;
  }

  #pop(): Item | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Item, heap[child] as Item)) child++;
      if (!before(heap[child] as Item, last)) break;
      heap[index] = heap[child] as Item;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

function before(a: Item, b: Item): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
