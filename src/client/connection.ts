/**
 * One DEALER socket: a queue in front of it (ZeroMQ takes one pending send), its replies, and
 * whether a daemon is at the other end. Below it is ZeroMQ, which reconnects by itself; above it
 * the client, which decides what is sent again.
 *
 * Nothing is handed to ZeroMQ without a connection, so that what was `sent` had a connection, and
 * what was not is still in the queue here (P9: it is bounded by the calls of the client). ZeroMQ's own
 * `immediate` would do that too, but with it a connection that breaks takes along the replies that have
 * arrived and were not read yet (libzmq 4.3.5: 200 of 200, 20 runs of 20).
 */
import { Dealer } from 'zeromq';
import { connectSocket, disconnectSocket, isIpv6, RECONNECT } from './endpoint.ts';
import { HANDSHAKE_FAILURES, type Link, linkAfter } from './link/link.ts';
import type { CurveOptions } from './link/security.ts';

/** After a handshake that failed for good ZeroMQ does not connect again; the daemon may be set up anew meanwhile. */
const RETRY_MS = 1000;
/** A connection that died silently is noticed within this time. */
const HEARTBEAT_MS = 2000;
const HEARTBEAT_TIMEOUT_MS = 6000;
/** Longest delay of the process's exit for requests that were not sent yet. */
const LINGER_MS = 500;

export interface ConnectionOptions {
  readonly endpoint: string;
  /** Keys for CURVE, if it uses them. */
  readonly socketOptions: Partial<CurveOptions>;
  /** No other address could be tried: it connects again by itself. Otherwise `onAway` asks for a replacement. */
  readonly isAlone: boolean;
  /** How the connection before this one to the same address ended. */
  readonly before: Link;
}

/** A message to send. `sent`: ZeroMQ took it for a live connection, which may still break. */
export interface Outgoing {
  /** Undefined: it cannot be sent. */
  readonly frames: () => readonly string[] | undefined;
  fate: 'queued' | 'sent' | 'lost';
}

export interface ConnectionListener {
  onReply(frames: readonly Buffer[]): void;
  /** A daemon answered the handshake, for the first time or again. */
  onUp(): void;
  /** The connection broke; ZeroMQ connects again. */
  onDown(): void;
  /** The socket failed without being closed, and cannot be used. */
  onBroken(cause: unknown): void;
  /** Without `isAlone`: no daemon is there, or no longer. */
  onAway?(link: Link): void;
}

export class Connection {
  readonly #endpoint: string;
  readonly #isCurve: boolean;
  readonly #isAlone: boolean;
  readonly #socket: Dealer;
  #listener: ConnectionListener;
  /** In the order of writing; a message is in it at most once. */
  readonly #queue = new Set<Outgoing>();
  #link: Link;
  #pumping = false;
  /** It is connected to nothing any more: news of a handshake are of a connection that was there before. */
  #hasLeft = false;
  #closed = false;

  /** @throws ClientError `bad_endpoint` */
  constructor(
    { endpoint, socketOptions, isAlone, before }: ConnectionOptions,
    listener: ConnectionListener,
  ) {
    this.#endpoint = endpoint;
    this.#isCurve = socketOptions.curveServerKey !== undefined;
    this.#isAlone = isAlone;
    this.#link = before;
    this.#listener = listener;
    this.#socket = new Dealer({
      ...socketOptions,
      linger: LINGER_MS,
      ipv6: isIpv6(endpoint),
      ...RECONNECT,
      heartbeatInterval: HEARTBEAT_MS,
      heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
      sendHighWaterMark: 0,
      receiveHighWaterMark: 0,
    });
    this.#watch();
    try {
      connectSocket(this.#socket, endpoint);
    } catch (error) {
      this.close();
      throw error;
    }
    this.#run(this.#receive());
  }

  get link(): Link {
    return this.#link;
  }

  /** Queues it; it is sent as soon as there is a connection. */
  write(message: Outgoing): void {
    message.fate = 'queued';
    this.#queue.add(message);
    this.#goOn();
  }

  /** No caller waits for its answer now. */
  forget(message: Outgoing): void {
    this.#queue.delete(message);
  }

  /**
   * Closes it once the replies that have arrived are read; another connection takes its place.
   * @returns the messages that were not sent
   */
  retire(): readonly Outgoing[] {
    const unsent = [...this.#queue];
    this.#queue.clear();
    this.#link = 'refused';
    const listener = this.#listener;
    const onReply = (frames: readonly Buffer[]) => listener.onReply(frames);
    this.#listener = { onReply, onUp: () => {}, onDown: () => {}, onBroken: () => {} };
    this.#closeOnceRead();
    return unsent;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#queue.clear();
    this.#socket.close();
  }

  #closeOnceRead(): void {
    if (this.#closed) return;
    if (this.#socket.readable) setImmediate(() => this.#closeOnceRead());
    else this.close();
  }

  #watch(): void {
    const { events } = this.#socket;
    events.on('handshake', () => {
      if (this.#hasLeft) return;
      this.#link = 'up';
      this.#listener.onUp();
      this.#goOn();
    });
    events.on('disconnect', () => {
      if (this.#link !== 'up') return;
      this.#link = 'refused';
      this.#listener.onDown();
      this.#renew();
      if (!this.#isAlone) this.#listener.onAway?.(this.#link);
    });
    events.on('connect:retry', () => {
      if (this.#link !== 'up') this.#listener.onAway?.(this.#link);
    });
    events.on('close', () => {
      this.#link = 'refused';
    });
    for (const event of HANDSHAKE_FAILURES) {
      events.on(event, (failure) => {
        this.#link = linkAfter(failure, { isCurve: this.#isCurve, before: this.#link });
        if (!this.#isAlone) {
          this.#renew();
          this.#listener.onAway?.(this.#link);
        } else if (failure.type !== 'handshake:error:other') this.#retryLater();
      });
    }
  }

  /**
   * Replaces the socket, once the replies that arrived are read. Messages that ZeroMQ has not sent
   * are dropped, so that they are not sent after their calls were given up. Calls that still wait
   * are written again. With other addresses ZeroMQ does not connect here again: the pause before the next one counts.
   */
  #renew(): void {
    if (this.#closed || this.#link === 'up') return;
    if (this.#socket.readable) {
      setImmediate(() => this.#renew());
      return;
    }
    // Otherwise ZeroMQ would continue to connect for its queued messages, as long as it may linger.
    this.#socket.linger = 0;
    disconnectSocket(this.#socket, this.#endpoint);
    this.#socket.linger = LINGER_MS;
    this.#hasLeft = !this.#isAlone;
    if (this.#isAlone) connectSocket(this.#socket, this.#endpoint);
  }

  #retryLater(): void {
    setTimeout(() => this.#renew(), RETRY_MS).unref();
  }

  #goOn(): void {
    if (!this.#pumping && this.#link === 'up') this.#run(this.#pump());
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    // The iteration of a set includes members that are added meanwhile.
    for (const message of this.#queue) {
      if (this.#link !== 'up') break;
      this.#queue.delete(message);
      const frames = message.frames();
      if (frames === undefined) continue;
      // A connection that breaks meanwhile makes it `lost`.
      message.fate = 'sent';
      await this.#socket.send([...frames]);
    }
    this.#pumping = false;
  }

  /** Ends when the socket is closed. */
  async #receive(): Promise<void> {
    for await (const frames of this.#socket) this.#listener.onReply(frames);
  }

  #run(work: Promise<void>): void {
    work.catch((cause: unknown) => {
      // Closing the socket ends a pending send with an error.
      if (!this.#closed) this.#listener.onBroken(cause);
    });
  }
}
