/**
 * One end of a two-way channel between two threads of this process: a ZeroMQ PAIR over `inproc://`. What
 * one end sends arrives at the other whole, once, in order; what was sent before an end was closed still
 * arrives.
 *
 * A reader never waits in ZeroMQ. It waits for a counter in shared memory that the sender raises, and then
 * takes as many messages as were counted, which are there. So no `receive` is ever pending, and a thread
 * that ends with an open socket (out of memory, a crash, a hang at the exit of the process) does not abort
 * the process, as it does with one pending (docs/decisions/042). Both ways cost a wake of the other loop.
 */
import type { Pair } from 'zeromq';
import { codeOf } from '../base/error-fields.ts';

/** The parts of an end, as plain data for its thread. */
export interface ChannelEnd {
  readonly endpoint: string;
  readonly role: 'bind' | 'connect';
  /** Messages sent by this end, and by the other; one number each, which wraps. */
  readonly sent: Int32Array;
  readonly arrived: Int32Array;
}

export interface ChannelEnds {
  /** It has to be open before the other one sends. */
  readonly bound: ChannelEnd;
  readonly connected: ChannelEnd;
}

/** Settings of the PAIR: no message is dropped, and a send never waits. */
export const CHANNEL_SOCKET = {
  // Bounded by the credit that the coordinator gives, not by the socket.
  sendHighWaterMark: 0,
  receiveHighWaterMark: 0,
  sendTimeout: 0,
  linger: 0,
} as const;

/** @param name no other channel of the process has it */
export function channelEnds(name: string): ChannelEnds {
  const endpoint = `inproc://${name}`;
  const one = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const other = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  return {
    bound: { endpoint, role: 'bind', sent: one, arrived: other },
    connected: { endpoint, role: 'connect', sent: other, arrived: one },
  };
}

export class Channel {
  readonly #socket: Pair;
  readonly #end: ChannelEnd;
  /** Number of messages of the other end that were taken. */
  #taken = 0;

  /** @param socket made with {@link CHANNEL_SOCKET}, for this channel alone */
  constructor(socket: Pair, end: ChannelEnd) {
    this.#socket = socket;
    this.#end = end;
  }

  async open(): Promise<void> {
    const { endpoint, role } = this.#end;
    if (role === 'bind') await this.#socket.bind(endpoint);
    else this.#socket.connect(endpoint);
  }

  /**
   * Sends one message after another. Messages to an ended thread are lost: main notices the end of
   * the thread.
   */
  async send(text: string): Promise<void> {
    try {
      await this.#socket.send(text);
    } catch (error) {
      const isGone = codeOf(error) === 'EAGAIN';
      if (!isGone && !this.#socket.closed) throw error;
      return;
    }
    Atomics.add(this.#end.sent, 0, 1);
    Atomics.notify(this.#end.sent, 0);
  }

  /** Reads until the channel is closed. */
  async receive(take: (text: string) => void): Promise<void> {
    for (;;) {
      await this.takeRest(take);
      if (this.#socket.closed) return;
      const arrival = Atomics.waitAsync(this.#end.arrived, 0, this.#taken);
      if (arrival.async) await arrival.value;
    }
  }

  /** Takes all that has arrived so far. */
  async takeRest(take: (text: string) => void): Promise<void> {
    while (!this.#socket.closed && this.#taken !== Atomics.load(this.#end.arrived, 0)) {
      // Counted first: another reader of this thread must not ask for the same one.
      this.#taken = (this.#taken + 1) | 0;
      const [frame] = await this.#socket.receive();
      take(String(frame));
    }
  }

  /** May be called again. */
  close(): void {
    this.#socket.close();
    // Wakes the own reader: no other thread waits for this counter.
    Atomics.notify(this.#end.arrived, 0);
  }
}
