/**
 * Whether new commands may go to the nodes, which all of them need: not while a breaker is open, and
 * only a few while one tries its node. What has begun in an earlier life, and what is being undone,
 * goes on anyway: it is held at the node, not here.
 */
import { type Breaker, isShut, isTrying } from '../core/breaker.ts';
import { type ErrorReply, errorReply } from '../protocol/errors.ts';
import type { CommandRequest } from '../protocol/request.ts';
import { outageText } from './breaker-view.ts';

/** By node. */
export type Cluster = ReadonlyMap<string, Breaker>;

/** How soon a command may come again that met a trial: about what one takes. */
const TRIAL_RETRY_MS = 250;

export class Admission {
  readonly #cluster: Cluster;
  readonly #trialCommands: number;
  readonly #forcedRetryMs: number;
  #mode: 'free' | 'trial' | 'shut' = 'free';
  /** What this trial still has room for. */
  #acceptable = 0;
  #dispatchable = 0;

  /**
   * @param trialCommands that may come in, and that may be handed out, while a breaker is half-open
   * @param forcedRetryMs when to come again if an operator has opened one: nobody knows
   */
  constructor(
    cluster: Cluster,
    { trialCommands, forcedRetryMs }: { trialCommands: number; forcedRetryMs: number },
  ) {
    this.#cluster = cluster;
    this.#trialCommands = trialCommands;
    this.#forcedRetryMs = forcedRetryMs;
  }

  /** All breakers are closed. */
  get isFree(): boolean {
    return this.#mode === 'free';
  }

  /** A new command may be handed to an executor. */
  get hasRoom(): boolean {
    return this.#mode === 'free' || (this.#mode === 'trial' && this.#dispatchable > 0);
  }

  /** A new command was handed out. */
  handedOut(): void {
    this.#dispatchable--;
  }

  /** Some breaker has changed. */
  update(): void {
    const shut = [...this.#cluster.values()].filter(isShut);
    const trialOrShut = shut.every(isTrying) ? 'trial' : 'shut';
    const mode = shut.length === 0 ? 'free' : trialOrShut;
    if (mode === 'trial' && this.#mode !== 'trial') {
      this.#acceptable = this.#trialCommands;
      this.#dispatchable = this.#trialCommands;
    }
    this.#mode = mode;
  }

  /** Why this command is not taken in; undefined if it is. */
  refusalOf({ id, ifUnavailable }: CommandRequest, now: number): ErrorReply | undefined {
    if (this.#mode === 'free' || ifUnavailable === 'wait') return undefined;
    if (this.#mode === 'trial' && this.#acceptable-- > 0) return undefined;
    const shut = [...this.#cluster].filter(([, breaker]) => isShut(breaker));
    const waits = shut.map(([, breaker]) => this.#retryAfterMs(breaker, now));
    return errorReply('unavailable', shut.map(describe).join('; '), {
      retryAfterMs: Math.ceil(Math.max(1, ...waits)),
      ...(id === undefined ? {} : { id }),
    });
  }

  #retryAfterMs(breaker: Breaker, now: number): number {
    if (breaker.kind === 'forced') return this.#forcedRetryMs;
    return breaker.kind === 'open' ? breaker.until - now : TRIAL_RETRY_MS;
  }
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
