/**
 * The addresses of one node, for all connections of a thread to it: from its URL, or from main's look-ups
 * (`name-watch.ts`).
 */
import { isIP } from 'node:net';
import type { Address, Resolution } from '../../protocol/resolution.ts';
import type { Loss } from './loss.ts';

/** Undefined: they are known. */
type Found = (failure: Loss | undefined) => void;

export class Addresses {
  readonly host: string;
  readonly #isSocket: boolean;
  /** The address that accepted the latest connection comes first. */
  #current: readonly Address[] | undefined;
  #failure: Loss | undefined;
  #version = 0;
  readonly #waiting = new Set<Found>();

  /** @param socket the path of a unix socket, which needs no look-up */
  constructor({ hostname }: URL, socket?: string) {
    this.host = hostname.replace(/^\[|\]$/g, '');
    const family = isIP(this.host);
    this.#isSocket = socket !== undefined;
    if (socket !== undefined) this.#current = [{ address: socket, family: 0 }];
    else if (family !== 0) this.#current = [{ address: this.host, family }];
  }

  /** Changes whenever the addresses may have changed. */
  get version(): number {
    return this.#version;
  }

  get current(): readonly Address[] | undefined {
    return this.#current;
  }

  includes(address: string | undefined): boolean {
    return this.#current?.some((one) => one.address === address) === true;
  }

  /** The address accepts connections: the next connection tries it first, whatever the name server's order. */
  prefer(address: string | undefined): void {
    const [first] = this.#current ?? [];
    if (first === undefined || first.address === address) return;
    this.#current = this.#current?.toSorted(
      (left, right) => Number(right.address === address) - Number(left.address === address),
    );
  }

  onResolution(resolution: Resolution): void {
    if (resolution.host !== this.host || this.#isSocket) return;
    if ('addresses' in resolution) {
      const [first] = this.#current ?? [];
      this.#current = resolution.addresses;
      this.#failure = undefined;
      this.#version++;
      if (first !== undefined && this.includes(first.address)) this.prefer(first.address);
    } else if (this.#current === undefined) {
      this.#failure = resolution.failure;
    } else return;
    for (const found of this.#waiting) found(this.#failure);
  }

  /** Calls back when the addresses are known or cannot be found, after `timeoutMs` at the latest. */
  find(timeoutMs: number, done: Found): void {
    if (this.#current !== undefined || this.#failure !== undefined) return done(this.#failure);
    const found: Found = (failure) => {
      clearTimeout(timer);
      this.#waiting.delete(found);
      done(failure);
    };
    // The name server of this machine is at fault, or the machine itself.
    const late = { detail: `${this.host} was not looked up within ${timeoutMs} ms`, isOurs: true };
    const timer = setTimeout(() => found(late), timeoutMs);
    this.#waiting.add(found);
    return undefined;
  }
}
