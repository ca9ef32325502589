/** What main and its threads tell each other, besides the work itself. */
import type { ClockBase } from './clock.ts';

/** An operating error that ends the process: what it is, and what to do about it. */
export interface Failure {
  readonly message: string;
  readonly hint?: string;
}

export type ToThread = 'drain' | 'interrupt' | 'stop' | { readonly logLevel: 'info' | 'debug' };

export type FromThread =
  /** It can be connected to. */
  | { readonly kind: 'listening' }
  /** It does its work. */
  | { readonly kind: 'ready' }
  /** What ran has ended or is parked. */
  | { readonly kind: 'drained' }
  /** It cannot do its work, for a reason outside the program. */
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Every thread gets this with its own data. */
export interface ThreadData {
  readonly name: string;
  readonly clock: ClockBase;
}
