/**
 * The addresses of one node, for all connections of a thread to it: as its URL has it, or as main has
 * looked its name up (`name-watch.ts`).
 */
import { isIP } from 'node:net';
import type { Address, Resolution } from '../../protocol/resolution.ts';
import type { Loss } from './loss.ts';

/** Undefined: they are known. */
type Found = (failure: Loss | undefined) => void;

export class Addresses {
  readonly host: string;
  /** The one that answered last comes first. */
  #standing: readonly Address[] | undefined;
  #failure: Loss | undefined;
  #version = 0;
  readonly #waiting = new Set<Found>();

  constructor({ hostname }: URL) {
    this.host = hostname.replace(/^\[|\]$/g, '');
    const family = isIP(this.host);
    if (family !== 0) this.#standing = [{ address: this.host, family }];
  }

  /** Another number whenever they may have changed. */
  get version(): number {
    return this.#version;
  }

  get standing(): readonly Address[] | undefined {
    return this.#standing;
  }

  includes(address: string | undefined): boolean {
    return this.#standing?.some((one) => one.address === address) === true;
  }

  /** It answers: the next connection tries it first, whatever the name server's order. */
  prefer(address: string | undefined): void {
    const [first] = this.#standing ?? [];
    if (first === undefined || first.address === address) return;
    this.#standing = this.#standing?.toSorted(
      (left, right) => Number(right.address === address) - Number(left.address === address),
    );
  }

  hear(resolution: Resolution): void {
    if (resolution.host !== this.host) return;
    if ('addresses' in resolution) {
      const [first] = this.#standing ?? [];
      this.#standing = resolution.addresses;
      this.#failure = undefined;
      this.#version++;
      if (first !== undefined && this.includes(first.address)) this.prefer(first.address);
    } else if (this.#standing === undefined) {
      this.#failure = resolution.failure;
    } else return;
    for (const found of this.#waiting) found(this.#failure);
  }

  /** Calls back when they are known or can't be found, after `timeoutMs` at the latest. */
  find(timeoutMs: number, done: Found): void {
    if (this.#standing !== undefined || this.#failure !== undefined) return done(this.#failure);
    const found: Found = (failure) => {
      clearTimeout(timer);
      this.#waiting.delete(found);
      done(failure);
    };
    // Our own name server is at fault, or our own machine.
    const late = { said: `${this.host} was not looked up within ${timeoutMs} ms`, isOurs: true };
    const timer = setTimeout(() => found(late), timeoutMs);
    this.#waiting.add(found);
    return undefined;
  }
}
