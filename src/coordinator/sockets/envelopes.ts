/**
 * The memory of the envelopes of requests that wait for their answers: a command may wait for a day. Bounded in
 * bytes, for each client and in all (P9).
 */
import type { Envelope } from './unread.ts';

/** Room for each open command that a daemon takes by default, with a short correlation. */
const CLIENT_BYTES_MAX = 64 * 1024 * 1024;
const ALL_BYTES_MAX = 2 * CLIENT_BYTES_MAX;
/** A frame in memory, besides its bytes. */
const FRAME_BYTES = 128;

export class Envelopes {
  readonly #byClient = new Map<string, number>();
  #bytes = 0;

  /** @returns false if there is no room: the request is refused */
  hold(client: string, envelope: Envelope): boolean {
    const bytes = sizeOf(envelope);
    const ofClient = (this.#byClient.get(client) ?? 0) + bytes;
    if (ofClient > CLIENT_BYTES_MAX || this.#bytes + bytes > ALL_BYTES_MAX) return false;
    this.#byClient.set(client, ofClient);
    this.#bytes += bytes;
    return true;
  }

  /** The request is answered. */
  release(client: string, envelope: Envelope): void {
    const bytes = sizeOf(envelope);
    const left = (this.#byClient.get(client) ?? 0) - bytes;
    this.#bytes -= bytes;
    if (left > 0) this.#byClient.set(client, left);
    else this.#byClient.delete(client);
  }
}

function sizeOf(envelope: Envelope): number {
  let bytes = 0;
  for (const { length } of envelope) bytes += length + FRAME_BYTES;
  return bytes;
}
