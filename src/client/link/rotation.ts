/** Which of several addresses is in use, and the pause before the next one is tried (P9). */
import type { Endpoints } from '../endpoint.ts';

/** The pause after the first round; it doubles up to the longest. */
const ROUND_MS = 50;
const ROUND_MS_MAX = 1000;

/** Options of a socket that has another address to try: time for the connection, then for the handshake. */
const IMPATIENT = { connectTimeout: 1000, handshakeInterval: 2000 };

export class Rotation {
  readonly endpoints: Endpoints;
  #at = 0;
  /** Addresses in a row from which no answer came. */
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(endpoints: Endpoints) {
    this.endpoints = endpoints;
  }

  get current(): string {
    return this.endpoints[this.#at] ?? this.endpoints[0];
  }

  /** There is no other address. */
  get isAlone(): boolean {
    return this.endpoints.length === 1;
  }

  get socketOptions(): Partial<typeof IMPATIENT> {
    return this.isAlone ? {} : IMPATIENT;
  }

  /** A daemon has answered the handshake at the current address. It may end every connection after it. */
  arrive(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** The daemon there has answered a request: the pauses begin with the shortest again. */
  confirm(): void {
    this.#failures = 0;
  }

  /**
   * Nobody answers there: moves on, at once within a round, after a pause behind one.
   *
   * @returns whether it moves from now on: no further connection is to be made there
   */
  pass(move: () => void): boolean {
    if (this.#timer !== undefined || this.#isOver || this.isAlone) return false;
    this.#failures += 1;
    const rounds = this.#failures / this.endpoints.length;
    const ms = Number.isInteger(rounds) ? Math.min(ROUND_MS * 2 ** (rounds - 1), ROUND_MS_MAX) : 0;
    this.#timer = setTimeout(() => {
      this.advance();
      move();
    }, ms).unref();
    return true;
  }

  /** To the next address now. */
  advance(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#at = (this.#at + 1) % this.endpoints.length;
  }

  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }
}
