/**
 * Sends queued items as one message: a hop costs the same for one item as for a hundred, and a
 * ZeroMQ socket takes one pending send.
 */

export interface OutboxOptions<Item> {
  readonly send: (items: readonly Item[]) => Promise<void> | void;
  readonly onError: (error: unknown) => void;
  /**
   * How long items gather. Default: until the event loop has come round. Or: until the running code
   * has returned, for a caller that pushes all of its items at once.
   */
  readonly gather?: 'turn' | 'task';
  /** At this number of items the outbox sends at once: the receiver need not wait for the rest. */
  readonly enough?: number;
}

/** Items wait here while a send is under way; their number is bounded by the work in hand. */
export class Outbox<Item> {
  readonly #options: OutboxOptions<Item>;
  #items: Item[] = [];
  #flushing: Promise<void> | undefined;
  #goOn: () => void = () => {};

  constructor(options: OutboxOptions<Item>) {
    this.#options = options;
  }

  push(item: Item): void {
    this.#items.push(item);
    this.#flushing ??= this.#flush();
    if (this.#items.length === this.#options.enough) this.#goOn();
  }

  /** Resolves when everything pushed so far has been handed over. */
  async flushed(): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing;
  }

  async #flush(): Promise<void> {
    const { gather = 'turn', send, onError } = this.#options;
    try {
      await new Promise<void>((resolve) => {
        this.#goOn = resolve;
        if (gather === 'turn') setImmediate(resolve);
        else queueMicrotask(resolve);
      });
      while (this.#items.length > 0) {
        const items = this.#items;
        this.#items = [];
        await send(items);
      }
    } catch (error) {
      onError(error);
    } finally {
      this.#flushing = undefined;
    }
  }
}
