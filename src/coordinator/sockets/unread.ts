/** The replies that one client has not read and ZeroMQ has no room for. */
import { Fifo } from '../../base/queues/fifo.ts';

/** Of a reply that is held, besides its text and its frames. */
const REPLY_BYTES = 256;
/** Until a client that does not read is tried again; doubled each time that it has not read. */
const PAUSE_MS_MIN = 1;
const PAUSE_MS_MAX = 100;

/** The frames in front of a request, the client's routing id first. */
export type Envelope = readonly Buffer[];
export type Reply = readonly [envelope: Envelope, payload: string];

export class Unread {
  readonly client: string;
  readonly #replies = new Fifo<Reply>();
  #bytes = 0;
  #isCut = false;
  #pauseMs = PAUSE_MS_MIN;

  constructor(client: string) {
    this.client = client;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isCut(): boolean {
    return this.#isCut;
  }

  get first(): Reply | undefined {
    return this.#replies.first;
  }

  /** @returns its bytes */
  push(reply: Reply): number {
    const bytes = sizeOf(reply);
    this.#replies.push(reply);
    this.#bytes += bytes;
    return bytes;
  }

  /** The client has read the oldest reply. @returns its bytes */
  shift(): number {
    const reply = this.#replies.shift();
    const bytes = reply === undefined ? 0 : sizeOf(reply);
    this.#bytes -= bytes;
    this.#pauseMs = PAUSE_MS_MIN;
    return bytes;
  }

  /** Keeps the oldest reply only. @returns how many are dropped */
  cut(): number {
    this.#isCut = true;
    const oldest = this.#replies.shift();
    const dropped = this.#replies.size;
    while (this.#replies.shift() !== undefined);
    this.#bytes = 0;
    if (oldest !== undefined) this.push(oldest);
    return dropped;
  }

  /** ms until it is tried again. */
  nextPauseMs(): number {
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(PAUSE_MS_MAX, 2 * pauseMs);
    return pauseMs;
  }
}

export function clientOf([routingId]: Envelope): string {
  return routingId?.toString('latin1') ?? '';
}

function sizeOf([envelope, payload]: Reply): number {
  return envelope.reduce((sum, { length }) => sum + length, payload.length + REPLY_BYTES);
}
