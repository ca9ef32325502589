/** The coordinator's ends of its channels to executors: orders out, one message a turn each; reports in. */
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { Outbox } from '../protocol/outbox.ts';
import type { Order, Report, WorkReport } from '../protocol/work.ts';

export interface WorkChannelsOptions {
  /** One to each executor, in their order. */
  readonly ports: readonly MessagePort[];
  readonly onReport: (report: WorkReport, executor: number) => void;
  readonly onError: (error: unknown) => void;
}

export class WorkChannels {
  readonly #ports: readonly MessagePort[];
  readonly #onReport: WorkChannelsOptions['onReport'];
  readonly #outboxes: readonly Outbox<Order>[];
  readonly #missing: Set<number>;
  readonly #complete = Promise.withResolvers<void>();

  constructor({ ports, onReport, onError }: WorkChannelsOptions) {
    this.#ports = ports;
    this.#onReport = onReport;
    this.#missing = new Set(ports.keys());
    // Executors come first: what they do takes longest. A turn gives all its orders in one go.
    this.#outboxes = ports.map(
      (port) =>
        new Outbox<Order>({
          send: (orders) => port.postMessage(JSON.stringify(orders)),
          onError,
          gather: 'task',
        }),
    );
    for (const [executor, port] of ports.entries()) {
      port.on('message', (text: string) => this.#hear(text, executor));
      // Main says how long the thread lives.
      port.unref();
    }
  }

  /** Resolves when every executor listens. */
  get complete(): Promise<void> {
    return this.#complete.promise;
  }

  /** @param executor counted from 0 */
  order(executor: number, order: Order): void {
    this.#outboxes[executor]?.push(order);
  }

  /**
   * Hears what executors that have ended left behind: main's word that they have may come in before
   * theirs, which took another channel.
   */
  hearRest(): void {
    for (const [executor, port] of this.#ports.entries()) {
      for (;;) {
        const left = receiveMessageOnPort(port);
        if (left === undefined) break;
        this.#hear(left.message, executor);
      }
    }
  }

  close(): void {
    for (const port of this.#ports) port.close();
  }

  #hear(text: string, executor: number): void {
    for (const report of JSON.parse(text) as Report[]) {
      if (report.kind === 'hello') this.#greet(executor);
      else this.#onReport(report, executor);
    }
  }

  #greet(executor: number): void {
    this.#missing.delete(executor);
    if (this.#missing.size === 0) this.#complete.resolve();
  }
}
