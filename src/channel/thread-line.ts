/**
 * One end of a line between two threads that main does not sit on: a MessagePort. What one turn of the event loop has
 * gathered travels as one text. Nothing is bounded here: the two ends agree on what may be under way.
 *
 * A line holds no thread alive. Its other end may end at any time; what is sent then is lost, and `onEnd` says so.
 */
import type { MessagePort } from 'node:worker_threads';
import { Outbox } from '../base/outbox.ts';

export interface ThreadLineOptions<In> {
  readonly take: (message: In) => void;
  /** The other thread has closed its end, or is gone. */
  readonly onEnd?: () => void;
  readonly onError: (error: unknown) => void;
}

export class ThreadLine<Out, In> {
  readonly #port: MessagePort;
  readonly #outbox: Outbox<Out>;

  /** @param port of this line alone; messages that it holds already are taken */
  constructor(port: MessagePort, { take, onEnd, onError }: ThreadLineOptions<In>) {
    this.#port = port;
    this.#outbox = new Outbox<Out>({
      send: (messages) => port.postMessage(JSON.stringify(messages)),
      onError,
    });
    port.on('message', (text: string) => {
      const messages: readonly In[] = JSON.parse(text);
      for (const message of messages) take(message);
    });
    if (onEnd !== undefined) port.once('close', onEnd);
    port.unref();
  }

  send(message: Out): void {
    this.#outbox.push(message);
  }

  /** Sends what was pushed so far, and ends the line. */
  async close(): Promise<void> {
    await this.#outbox.flushed();
    this.#port.close();
  }
}
