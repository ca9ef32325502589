/** The coordinator's end of `inproc://executors`: orders out, one batch a turn each; reports in. */
import type { Router } from 'zeromq';
import { Outbox } from '../protocol/outbox.ts';
import { executorIndex, type Order, type Report, type WorkReport } from '../protocol/work.ts';

type Envelope = readonly [executor: string, order: Order];

export class WorkSocket {
  /** Resolves when every executor has said hello. */
  readonly complete: Promise<void>;
  readonly #socket: Router;
  readonly #outbox: Outbox<Envelope>;
  readonly #missing: Set<number>;
  #resolveComplete: () => void = () => {};

  constructor(socket: Router, executors: number, onError: (error: unknown) => void) {
    this.#socket = socket;
    this.#missing = new Set(Array.from({ length: executors }, (_, index) => index));
    this.complete = new Promise((resolve) => {
      this.#resolveComplete = resolve;
    });
    // Executors come first: what they do takes longest. A turn gives all its orders in one go.
    this.#outbox = new Outbox({
      send: (envelopes) => this.#send(envelopes),
      onError,
      gather: 'task',
    });
  }

  order(executor: string, order: Order): void {
    this.#outbox.push([executor, order]);
  }

  async flushed(): Promise<void> {
    await this.#outbox.flushed();
  }

  /** Reads until the socket is closed. */
  async receive(onReport: (report: WorkReport, executor: number) => void): Promise<void> {
    for await (const [identity, frame] of this.#socket) {
      const executor = executorIndex(identity);
      for (const report of JSON.parse(String(frame)) as Report[]) {
        if (report.kind === 'hello') this.#greet(report.index);
        else onReport(report, executor);
      }
    }
  }

  #greet(index: number): void {
    this.#missing.delete(index);
    if (this.#missing.size === 0) this.#resolveComplete();
  }

  async #send(envelopes: readonly Envelope[]): Promise<void> {
    const byExecutor = new Map<string, Order[]>();
    for (const [executor, order] of envelopes) {
      const orders = byExecutor.get(executor);
      if (orders === undefined) byExecutor.set(executor, [order]);
      else orders.push(order);
    }
    for (const [executor, orders] of byExecutor) {
      await this.#socket.send([executor, JSON.stringify(orders)]);
    }
  }
}
