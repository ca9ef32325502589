/**
 * The address behind the name of the statsd server. One look-up at a time, its answer kept for a while, a failure too:
 * look-ups share few threads with everything else of the process (P9).
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

/** With some scatter, so that many daemons do not ask in the same moment. */
const KEPT_MS = 15_000;
const SCATTER_MS = 3000;

type Found = { readonly ok: true; readonly address: string } | { readonly ok: false; error: Error };

export class NameCache {
  readonly #host: string;
  #found: Found | undefined;
  #until = 0;

  constructor(host: string) {
    this.#host = host;
  }

  /** The latest address; undefined before the first answer. */
  get address(): string | undefined {
    return this.#found?.ok === true ? this.#found.address : undefined;
  }

  /** @throws the error of the look-up, for as long as that is kept */
  async refresh(): Promise<void> {
    if (this.#found === undefined || performance.now() >= this.#until) {
      this.#found = await this.#ask();
      this.#until = performance.now() + KEPT_MS + (2 * Math.random() - 1) * SCATTER_MS;
    }
    if (!this.#found.ok) throw this.#found.error;
  }

  async #ask(): Promise<Found> {
    if (isIP(this.#host) !== 0) return { ok: true, address: this.#host };
    try {
      return { ok: true, address: (await lookup(this.#host, { family: 4 })).address };
    } catch (error) {
      return { ok: false, error: error instanceof Error ? error : new Error(String(error)) };
    }
  }
}
