/**
 * Replies on their way to the clients, in their order for each client; clients are served in turn, so that nobody waits for
 * the thousands of another, for a bounded time in each turn of the event loop. ZeroMQ holds few for a client that does
 * not read them; further ones are held here, and sent as it reads. Both are bounded (P9).
 *
 * A client that leaves more unread is cut: its replies are dropped, all but the oldest, and its requests are not
 * read. It is served again when it has read that one, or has reconnected. The commands of dropped replies are in
 * the journal.
 */
import { setTimeout as sleep, setImmediate as turnOfLoop } from 'node:timers/promises';
import type { Router } from 'zeromq';
import { codeOf } from '../../base/error-fields.ts';
import { Spending } from '../../base/queues/spending.ts';
import { Turns } from '../../base/queues/turns.ts';
import { clientOf, type Envelope, type Reply, Unread } from './unread.ts';

/** Held for one client, and for all of them: ZeroMQ has `sendHighWaterMark` messages besides. */
const CLIENT_BYTES_MAX = 64 * 1024 * 1024;
const ALL_BYTES_MAX = 2 * CLIENT_BYTES_MAX;
/** Waiting to be sent, and their bytes: above either no more requests are read. */
const WAITING_MAX = 20_000;
const WAITING_BYTES_MAX = CLIENT_BYTES_MAX;
/** The longest that replies are sent before the event loop turns: acts and other sockets wait meanwhile. */
const SENDING_MS_MAX = 5;
/** A client that was given more lately comes behind the others. */
const HEAVY_ABOVE_BYTES = 256 * 1024;
const FORGOTTEN_BYTES_PER_SECOND = 1024 * 1024;
/** How long an end waits for clients that do not read. */
const FLUSH_MS_MAX = 500;
const FLUSH_LOOK_MS = 2;

export interface RepliesOptions {
  readonly router: Router;
  /** Replies could not be delivered; `code`: `cut`, or that of the error. */
  readonly onDropped: (count: number, code: string) => void;
  readonly onCut: () => void;
  /** The socket failed. */
  readonly onError: (error: unknown) => void;
}

export class Replies {
  readonly #options: RepliesOptions;
  /** By client. An `Unread` is tried again: the socket takes one send at a time. */
  readonly #waiting: Turns<Reply | Unread>;
  #waitingBytes = 0;
  readonly #givenBytes = new Spending({
    now: () => performance.now(),
    heavyAbove: HEAVY_ABOVE_BYTES,
    forgottenPerSecond: FORGOTTEN_BYTES_PER_SECOND,
  });
  #sending: Promise<void> | undefined;
  /** By client. */
  readonly #unread = new Map<string, Unread>();
  /** Of all that is held. */
  #bytes = 0;

  constructor(options: RepliesOptions) {
    this.#options = options;
    this.#waiting = new Turns((client) => this.#givenBytes.isHeavy(client));
  }

  /** So many wait that no further request is to be read. */
  get isFull(): boolean {
    return this.#waiting.size > WAITING_MAX || this.#waitingBytes > WAITING_BYTES_MAX;
  }

  push(envelope: Envelope, payload: string): void {
    const client = clientOf(envelope);
    this.#givenBytes.add(client, payload.length);
    this.#waitingBytes += payload.length;
    this.#wait(client, [envelope, payload]);
  }

  /** Whether the client of this envelope is cut: its requests are not read. */
  isCut(envelope: Envelope): boolean {
    return this.#unread.size > 0 && this.#unread.get(clientOf(envelope))?.isCut === true;
  }

  /** Resolves when every reply so far is with ZeroMQ, or its client has not read for a while. */
  async flushed(): Promise<void> {
    const until = performance.now() + FLUSH_MS_MAX;
    await this.#sent();
    while (this.#unread.size > 0 && performance.now() < until) {
      await sleep(FLUSH_LOOK_MS);
      await this.#sent();
    }
  }

  async #sent(): Promise<void> {
    while (this.#sending !== undefined) await this.#sending;
  }

  #wait(client: string, item: Reply | Unread): void {
    this.#waiting.push(client, item);
    this.#sending ??= this.#send();
  }

  async #send(): Promise<void> {
    try {
      while (this.#waiting.size > 0) {
        await turnOfLoop();
        const until = performance.now() + SENDING_MS_MAX;
        while (this.#waiting.size > 0 && performance.now() < until) {
          const item = this.#waiting.shift();
          if (item instanceof Unread) {
            await this.#retry(item);
          } else if (item !== undefined) {
            this.#waitingBytes -= item[1].length;
            await this.#sendOne(item);
          }
        }
      }
    } catch (error) {
      this.#options.onError(error);
    } finally {
      this.#sending = undefined;
    }
  }

  async #sendOne(reply: Reply): Promise<void> {
    const [envelope] = reply;
    const known = this.#unread.size === 0 ? undefined : this.#unread.get(clientOf(envelope));
    if (known !== undefined) return this.#hold(known, reply);
    const isTaken = await this.#offer(reply);
    if (isTaken) return undefined;
    const unread = new Unread(clientOf(envelope));
    this.#unread.set(unread.client, unread);
    this.#hold(unread, reply);
    return this.#retryLater(unread);
  }

  #hold(unread: Unread, reply: Reply): void {
    if (unread.isCut) return this.#options.onDropped(1, 'cut');
    this.#bytes += unread.push(reply);
    if (unread.bytes > CLIENT_BYTES_MAX) this.#cutOff(unread);
    if (this.#bytes > ALL_BYTES_MAX) this.#cutOff(this.#heaviest(unread));
    return undefined;
  }

  #heaviest(unread: Unread): Unread {
    let heaviest = unread;
    for (const one of this.#unread.values()) if (one.bytes > heaviest.bytes) heaviest = one;
    return heaviest;
  }

  #cutOff(unread: Unread): void {
    const before = unread.bytes;
    const dropped = unread.cut();
    this.#bytes -= before - unread.bytes;
    const { onCut, onDropped } = this.#options;
    onCut();
    onDropped(dropped, 'cut');
  }

  /** Sends as many replies as the client has made room for. */
  async #retry(unread: Unread): Promise<void> {
    for (let reply = unread.first; reply !== undefined; reply = unread.first) {
      if (!(await this.#offer(reply))) return this.#retryLater(unread);
      this.#bytes -= unread.shift();
    }
    this.#unread.delete(unread.client);
    return undefined;
  }

  #retryLater(unread: Unread): void {
    setTimeout(() => this.#wait(unread.client, unread), unread.nextPauseMs()).unref();
  }

  /** @returns false if its client has not read the replies before it */
  async #offer([envelope, payload]: Reply): Promise<boolean> {
    const { router, onDropped } = this.#options;
    try {
      await router.send([...envelope, payload]);
      return true;
    } catch (error) {
      const code = codeOf(error);
      if (code === 'EAGAIN' && !router.closed) return false;
      // The client is gone, or the daemon stops: the command is in the journal anyway.
      if (code !== 'EHOSTUNREACH' && !router.closed) throw error;
      onDropped(1, code ?? 'closed');
      return true;
    }
  }
}
