/** The coordinator's ends of its channels to executors: orders out, one message for each loop turn; reports in. */
import { Pair } from 'zeromq';
import { Outbox } from '../../base/outbox.ts';
import { CHANNEL_SOCKET, Channel, type ChannelEnd } from '../../channel/channel.ts';
import type { Order, Report, WorkReport } from '../../protocol/work.ts';

export interface WorkChannelsOptions {
  /** One to each executor, in their order. */
  readonly channels: readonly Channel[];
  readonly onReport: (report: WorkReport, executor: number) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Opens the coordinator's ends. They must be open when executors start, which is when main learns that the
 * journal is held.
 *
 * @param register notes each socket as this thread's, with the place that made it
 */
export async function openChannels(
  ends: readonly ChannelEnd[],
  register: (socket: Pair) => Pair,
): Promise<readonly Channel[]> {
  const channels = ends.map((end) => new Channel(register(new Pair(CHANNEL_SOCKET)), end));
  for (const channel of channels) await channel.open();
  return channels;
}

interface Executor {
  readonly channel: Channel;
  readonly outbox: Outbox<Order>;
  readonly greeted: PromiseWithResolvers<void>;
}

export class ExecutorChannels {
  readonly #executors: readonly Executor[];
  readonly #onReport: WorkChannelsOptions['onReport'];

  constructor({ channels, onReport, onError }: WorkChannelsOptions) {
    this.#onReport = onReport;
    this.#executors = channels.map((channel) => {
      const greeted = Promise.withResolvers<void>();
      const outbox = new Outbox<Order>({
        // Orders wait until their executor listens.
        send: async (orders) => {
          await greeted.promise;
          await channel.send(JSON.stringify(orders));
        },
        onError,
        // Executors come first: their work takes longest. One message has all orders of a loop turn.
        gather: 'task',
      });
      return { channel, outbox, greeted };
    });
  }

  /** Reads until the channels are closed. */
  async receive(): Promise<void> {
    await Promise.all(
      this.#executors.map(({ channel }, executor) =>
        channel.receive((text) => this.#receive(text, executor)),
      ),
    );
  }

  /** Resolves when every executor listens. */
  async complete(): Promise<void> {
    await Promise.all(this.#executors.map(({ greeted }) => greeted.promise));
  }

  /** @param executor counted from 0 */
  order(executor: number, order: Order): void {
    this.#executors[executor]?.outbox.push(order);
  }

  /**
   * Receives the last reports of executors that have ended: main's message about the end takes another
   * channel, and may arrive earlier.
   */
  async receiveRest(): Promise<void> {
    for (const [executor, { channel }] of this.#executors.entries()) {
      await channel.takeRest((text) => this.#receive(text, executor));
    }
  }

  close(): void {
    for (const { channel } of this.#executors) channel.close();
  }

  #receive(text: string, executor: number): void {
    const reports: readonly Report[] = JSON.parse(text);
    for (const report of reports) {
      if (report.kind === 'hello') this.#executors[executor]?.greeted.resolve();
      else this.#onReport(report, executor);
    }
  }
}
