/**
 * One end of a line between two threads that main does not sit on: a MessagePort. What one turn of the event loop has
 * gathered travels as one text.
 *
 * Nothing is dropped here. `unread` says how much is under way, by a counter in shared memory that the other end raises:
 * so a sender can hold back what may be missed, also while the other thread hangs (P9).
 *
 * A line holds no thread alive. Its other end may end at any time; what is sent then is lost, and `onEnd` says so.
 */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Outbox } from '../base/outbox.ts';

/** The parts of an end, as data for its thread; the port moves with it. */
export interface LineEnd {
  readonly port: MessagePort;
  /** Characters that this end has taken, and the other; one number each, which wraps. */
  readonly taken: Int32Array<SharedArrayBuffer>;
  readonly takenThere: Int32Array<SharedArrayBuffer>;
}

export interface LineEnds {
  readonly one: LineEnd;
  readonly other: LineEnd;
}

export function lineEnds(): LineEnds {
  const { port1, port2 } = new MessageChannel();
  const counter = () => new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const [first, second] = [counter(), counter()];
  return {
    one: { port: port1, taken: first, takenThere: second },
    other: { port: port2, taken: second, takenThere: first },
  };
}

export interface ThreadLineOptions<In> {
  readonly take: (message: In) => void;
  /** The other thread has closed its end, or is gone. */
  readonly onEnd?: () => void;
  readonly onError: (error: unknown) => void;
}

export class ThreadLine<Out, In> {
  readonly #end: LineEnd;
  readonly #outbox: Outbox<Out>;
  /** Characters; wraps as the counters do. */
  #sent = 0;

  /** @param end of this line alone; messages that it holds already are taken */
  constructor(end: LineEnd, { take, onEnd, onError }: ThreadLineOptions<In>) {
    this.#end = end;
    this.#outbox = new Outbox<Out>({ send: (messages) => this.#post(messages), onError });
    const { port, taken } = end;
    port.on('message', (text: string) => {
      Atomics.add(taken, 0, text.length);
      const messages: readonly In[] = JSON.parse(text);
      for (const message of messages) take(message);
    });
    if (onEnd !== undefined) port.once('close', onEnd);
    port.unref();
  }

  /** Characters that were sent and that the other end has not taken yet; without those of this turn of the loop. */
  get unread(): number {
    return (this.#sent - Atomics.load(this.#end.takenThere, 0)) | 0;
  }

  send(message: Out): void {
    this.#outbox.push(message);
  }

  /** Sends what was pushed so far, and ends the line. */
  async close(): Promise<void> {
    await this.#outbox.flushed();
    this.#end.port.close();
  }

  #post(messages: readonly Out[]): void {
    const text = JSON.stringify(messages);
    this.#sent = (this.#sent + text.length) | 0;
    this.#end.port.postMessage(text);
  }
}
