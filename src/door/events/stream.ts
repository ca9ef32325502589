/**
 * One listener over HTTP: server-sent events on a response that does not end. It is bounded by who writes to it
 * (`streams.ts`): `unsent` says how much the client has not taken.
 */
import type { ServerResponse } from 'node:http';

/** How soon a browser connects again. */
const RETRY_MS = 1000;
const HEAD = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // Of nginx: it would gather events.
  'x-accel-buffering': 'no',
};
const HEARTBEAT = ': still here\n\n';

export interface StreamOptions {
  readonly response: ServerResponse;
  /** Topics, or beginnings of topics. */
  readonly topics: readonly string[];
  /** Whether the client may still listen. */
  readonly isAllowed: () => boolean;
}

export class Stream {
  readonly topics: readonly string[];
  readonly isAllowed: () => boolean;
  readonly #response: ServerResponse;

  constructor({ response, topics, isAllowed }: StreamOptions) {
    this.topics = topics;
    this.isAllowed = isAllowed;
    this.#response = response;
  }

  /** The client has left, or the stream was ended. */
  get isOver(): boolean {
    return this.#response.closed || this.#response.writableEnded;
  }

  /** Bytes that the client has not taken. */
  get unsent(): number {
    return this.#response.writableLength;
  }

  begin(): void {
    const { socket } = this.#response;
    // Silence is no fault here.
    socket?.setTimeout(0);
    socket?.setNoDelay(true);
    this.#response.writeHead(200, HEAD);
    this.#response.write(`retry: ${RETRY_MS}\n\n`);
  }

  write(frame: string): void {
    this.#response.write(frame);
  }

  /** Also shows that the connection is still there. */
  beat(): void {
    this.#response.write(HEARTBEAT);
  }

  /** The client can connect again. */
  end(): void {
    this.#response.end();
  }

  /** Without what the client has not taken. */
  cut(): void {
    this.#response.destroy();
  }
}

/** @param text JSON, in one line */
export function frameOf(id: number, topic: string, text: string): string {
  return `id: ${id}\nevent: ${topic}\ndata: ${text}\n\n`;
}
