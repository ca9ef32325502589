/**
 * Sends what one turn of the event loop has gathered as one message: a ZeroMQ socket takes one
 * pending send, and a hop costs the same for one item as for a hundred.
 */

/** Items wait here while a send is under way; their number is bounded by the work in hand. */
export class Outbox<Item> {
  readonly #send: (items: readonly Item[]) => Promise<void>;
  readonly #onError: (error: unknown) => void;
  #items: Item[] = [];
  #flushing: Promise<void> | undefined;

  constructor(send: (items: readonly Item[]) => Promise<void>, onError: (error: unknown) => void) {
    this.#send = send;
    this.#onError = onError;
  }

  push(item: Item): void {
    this.#items.push(item);
    this.#flushing ??= this.#flush();
  }

  /** Resolves when everything pushed so far has been handed over. */
  async flushed(): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing;
  }

  async #flush(): Promise<void> {
    try {
      // Let the turn that pushed the first item push the rest.
      await new Promise(setImmediate);
      while (this.#items.length > 0) {
        const items = this.#items;
        this.#items = [];
        await this.#send(items);
      }
    } catch (error) {
      this.#onError(error);
    } finally {
      this.#flushing = undefined;
    }
  }
}
