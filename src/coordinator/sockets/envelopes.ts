/**
 * The memory of the envelopes of requests that wait for their answers: a command may wait for a day. Bounded in
 * bytes, for each client and in all (P9).
 */
import type { Envelope } from './unread.ts';

/** Room for each open command that a daemon takes by default, with a short correlation. */
const CLIENT_BYTES_MAX = 64 * 1024 * 1024;
const ALL_BYTES_MAX = 2 * CLIENT_BYTES_MAX;
/** Besides, for requests that are answered soon: an operator can act while commands fill the rest. */
const SOON_BYTES_MAX = 32 * 1024 * 1024;
/** A frame in memory, besides its bytes. */
const FRAME_BYTES = 128;

export class Envelopes {
  readonly #byClient = new Map<string, number>();
  #bytes = 0;

  /**
   * @param isSoon the request is no command: it is answered in a bounded time
   * @returns false if there is no room: the request is refused
   */
  hold(client: string, envelope: Envelope, isSoon = false): boolean {
    const bytes = sizeOf(envelope);
    const ofClient = (this.#byClient.get(client) ?? 0) + bytes;
    const more = isSoon ? SOON_BYTES_MAX : 0;
    if (ofClient > CLIENT_BYTES_MAX + more) return false;
    if (this.#bytes + bytes > ALL_BYTES_MAX + more) return false;
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
