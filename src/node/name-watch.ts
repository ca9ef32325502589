/**
 * Looks up the names of nodes, each every 5 s, once for all threads of the process. When a node moves, all connections
 * learn the new address at the same moment. A name server that hangs delays one look-up a name (P9).
 *
 * A look-up that fails changes nothing for a name that had an answer before (`http/addresses.ts`).
 */
import dns from 'node:dns';
import type { Address, Resolution } from '../protocol/resolution.ts';
import { lossOf } from './http/loss.ts';

/** From the end of one look-up to the start of the next. */
const LOOK_MS = 5000;

export class NameWatch {
  readonly #hosts: readonly string[];
  readonly #onChange: (resolution: Resolution) => void;
  /** The latest result that was sent, by name. */
  readonly #sent = new Map<string, string>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #isStopped = false;

  /**
   * @param hosts names, no addresses; each once
   * @param onChange called with the first result of each name, and with each result that differs from the one before
   */
  constructor(hosts: readonly string[], onChange: (resolution: Resolution) => void) {
    this.#hosts = hosts;
    this.#onChange = onChange;
  }

  start(): void {
    for (const host of this.#hosts) this.#look(host);
  }

  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #look(host: string): void {
    dns.lookup(host, { all: true }, (error, addresses) => {
      if (this.#isStopped) return;
      this.#send(error === null ? { host, addresses } : { host, failure: lossOf(error) });
      this.#timers.set(host, setTimeout(() => this.#look(host), LOOK_MS).unref());
    });
  }

  #send(resolution: Resolution): void {
    const { host } = resolution;
    const detail =
      'failure' in resolution ? resolution.failure.detail : addressesText(resolution.addresses);
    if (this.#sent.get(host) === detail) return;
    this.#sent.set(host, detail);
    this.#onChange(resolution);
  }
}

/** Name servers give the same addresses in another order each time. */
function addressesText(addresses: readonly Address[]): string {
  return addresses
    .map(({ address }) => address)
    .sort()
    .join(' ');
}
