/** What main and its threads tell each other, besides the work itself. */
import type { Figures } from '../protocol/figures.ts';
import type { Resolution } from '../protocol/resolution.ts';
import type { BeatSlot } from './beats.ts';
import type { ClockBase } from './clock.ts';
import type { OpenSocket } from './socket-registry.ts';

/** An operating error that ends the process: what it is, and what to do about it. */
export interface Failure {
  readonly message: string;
  readonly hint?: string;
  /** What the process ends with, if not with 1. */
  readonly exitCode?: number;
}

export type ToThread =
  | 'drain'
  | 'interrupt'
  /** Close what you hold, in good order, and end. */
  | 'stop'
  /** Close your sockets and end, whatever is under way. */
  | 'abandon'
  /** Every executor has ended, and closed its connections to nodes first. */
  | 'nodes_left'
  | { readonly logLevel: 'info' | 'debug' }
  /** Which executor drains no more, counted from 0. */
  | { readonly lostExecutor: number }
  /** Whoever would start the process anew is gone. */
  | { readonly unsupervised: true }
  /** That the journal's disk is nearly full; null: it has room again. */
  | { readonly fullDisk: Failure | null }
  /** A name of nodes was looked up. */
  | { readonly resolution: Resolution };

export type FromThread =
  /** The journal is its own: no other daemon has it. */
  | { readonly kind: 'journal_held' }
  /** It does its work. */
  | { readonly kind: 'ready' }
  /** What ran has ended or is set aside. */
  | { readonly kind: 'drained' }
  /** It cannot do its work, for a reason outside the program. */
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** The sockets it holds now. */
  | { readonly kind: 'sockets'; readonly open: readonly OpenSocket[] }
  /** How things stand, about once a second. */
  | { readonly kind: 'figures'; readonly figures: Figures }
  /** All that had begun in earlier lives is taken up again. */
  | { readonly kind: 'taken_up' }
  /** A command is not driven any more, since it has crashed the daemon. */
  | { readonly kind: 'parked'; readonly id: string; readonly op: string }
  /** A rollback takes longer than it should. */
  | { readonly kind: 'stuck'; readonly id: string; readonly op: string }
  /** So many of an earlier life still do. */
  | { readonly kind: 'still_stuck'; readonly count: number }
  /** The outage of a node has begun, or is over. */
  | {
      readonly kind: 'breaker';
      readonly node: string;
      readonly isOpen: boolean;
      readonly cause?: string;
    }
  /** So many open commands of an earlier life name nodes that are not configured, by node. */
  | { readonly kind: 'missing_nodes'; readonly counts: Readonly<Record<string, number>> }
  /** An audit of all keys found nodes that are not as the journal has it. */
  | { readonly kind: 'diverged'; readonly keys: number };

/** Every thread gets this with its own data. */
export interface ThreadData {
  readonly name: string;
  readonly clock: ClockBase;
}

/** And this besides. */
export interface ShellData {
  readonly beat: BeatSlot;
  /** How long a socket may try one address of several: Node keeps it for each thread. */
  readonly addressAttemptMs: number;
}
