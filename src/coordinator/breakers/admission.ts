/**
 * Whether new commands may go to the nodes; each needs all of them. None may while a breaker is open or a node is
 * drained, and few while a breaker tries its node. Commands that an earlier life had begun, and rollbacks, go on:
 * they are held at the node, not here.
 */
import { type Breaker, isShut, isTrying } from '../../core/breaker/breaker.ts';
import type { Causes } from '../../protocol/accepting.ts';
import type { Drains } from '../nodes/drains.ts';
import type { Retirements } from '../nodes/retirements.ts';
import { outageText } from './breaker-view.ts';

/** What operators have stopped. */
export interface Stops {
  readonly drains: Pick<Drains, 'isFree' | 'has'>;
  readonly retirements: Pick<Retirements, 'has' | 'refused'>;
}

/** By node. */
export type Cluster = ReadonlyMap<string, Breaker>;

/** When a command that came during a trial may come again: about the time that a trial takes. */
const TRIAL_RETRY_MS = 250;

export class Admission {
  readonly #cluster: Cluster;
  readonly #stops: Stops;
  readonly #trialCommands: number;
  #mode: 'free' | 'trial' | 'shut' = 'free';
  /** Commands that this trial still has room for. */
  #acceptable = 0;
  #dispatchable = 0;

  /** @param trialCommands the most that come in, and the most that are handed out, while a breaker is half-open */
  constructor(cluster: Cluster, stops: Stops, trialCommands: number) {
    this.#cluster = cluster;
    this.#stops = stops;
    this.#trialCommands = trialCommands;
  }

  /** All breakers are closed. */
  get isFree(): boolean {
    return this.#mode === 'free';
  }

  /** A new command may begin with its acceptance: all breakers are closed, and no node is drained. */
  get isOpen(): boolean {
    return this.isFree && this.#stops.drains.isFree;
  }

  /** A new command may be handed to an executor. */
  get hasRoom(): boolean {
    if (!this.#stops.drains.isFree) return false;
    return this.#mode === 'free' || (this.#mode === 'trial' && this.#dispatchable > 0);
  }

  /** A new command was dispatched. */
  countDispatched(): void {
    this.#dispatchable--;
  }

  /** Some breaker has changed, or a retirement. */
  update(): void {
    const { retirements } = this.#stops;
    const shut = [...this.#cluster].filter(([node, one]) => isShut(one) && !retirements.has(node));
    const trialOrShut = shut.every(([, one]) => isTrying(one)) ? 'trial' : 'shut';
    const mode = shut.length === 0 ? 'free' : trialOrShut;
    if (mode === 'trial' && this.#mode !== 'trial') {
      this.#acceptable = this.#trialCommands;
      this.#dispatchable = this.#trialCommands;
    }
    this.#mode = mode;
  }

  /** A new command was accepted. */
  countAccepted(): void {
    this.#acceptable--;
  }

  /** The reason to refuse every command: it would name a node that is gone. */
  get retiredCause(): Causes['retired'] {
    const nodes = this.#stops.retirements.refused;
    if (nodes.length === 0) return undefined;
    const names = nodes.join(', ');
    const message = `${names} ${nodes.length === 1 ? 'is' : 'are'} retired, and still configured`;
    const hint = `Take ${names} out of the configuration and restart the daemon. Nothing was journaled.`;
    return { message, hint, nodes };
  }

  /** The reason to refuse a command that would not wait; undefined if there is none. */
  causeAt(now: number): Causes['breaker'] {
    if (this.#mode === 'free' || (this.#mode === 'trial' && this.#acceptable > 0)) return undefined;
    // A command waits for a drained node, whatever its breaker; nobody waits for a retired one.
    const { drains, retirements } = this.#stops;
    const shut = [...this.#cluster].filter(
      ([node, breaker]) => isShut(breaker) && !drains.has(node) && !retirements.has(node),
    );
    if (shut.length === 0) return undefined;
    const details = { message: shut.map(describe).join('; '), nodes: shut.map(([node]) => node) };
    const forced = shut.filter(([, breaker]) => breaker.kind === 'forced').map(([node]) => node);
    if (forced.length > 0) {
      // It does not close by itself, so there is no time to come again.
      const words = forced.map((node) => `\`lockstep breaker close ${node}\``).join(', ');
      const hint = `It stays open until an operator closes it: ${words}. Nothing was journaled.`;
      return { ...details, hint };
    }
    const waits = shut.map(([, breaker]) => retryAfterMs(breaker, now));
    return { ...details, retryAfterMs: Math.ceil(Math.max(1, ...waits)) };
  }
}

function retryAfterMs(breaker: Breaker, now: number): number {
  return breaker.kind === 'open' ? breaker.until - now : TRIAL_RETRY_MS;
}

function describe([node, breaker]: readonly [string, Breaker]): string {
  switch (breaker.kind) {
    case 'closed':
      return `the breaker of ${node} is closed`;
    case 'forced':
      return `the breaker of ${node} is open: ${outageText({})}`;
    case 'open':
      return `the breaker of ${node} is open: ${outageText(breaker)}`;
    case 'half_open':
      return `the breaker of ${node} is half-open: the node is being tried`;
  }
}
