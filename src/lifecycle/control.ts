/** The messages between main and its threads, besides the work itself. */
import type { RaisedNotice } from '../observe/notify/notice-kinds.ts';
import type { Figures } from '../protocol/figures.ts';
import type { Resolution } from '../protocol/resolution.ts';
import type { BeatSlot } from './beats.ts';
import type { ClockBase } from './clock.ts';
import type { OpenSocket } from './socket-registry.ts';

/** An operating error that ends the process: its message and its remedy. */
export interface Failure {
  readonly message: string;
  readonly hint?: string;
  /** Exit code of the process; 1 if absent. */
  readonly exitCode?: number;
}

export interface DiskStatus {
  /** Undefined: not read yet, or it cannot be read. */
  readonly freeBytes: number | undefined;
  readonly freeMinBytes: number;
  readonly isFull: boolean;
}

/** What only main knows about the daemon. */
export interface MainStatus {
  readonly phase: 'starting' | 'running' | 'stopping';
  readonly disk: DiskStatus;
  /** The database of the journal does not answer. */
  readonly isJournalAway: boolean;
  /** Whether pm2 is alive to restart it; undefined: it was started without pm2. */
  readonly supervised: boolean | undefined;
}

export type ToThread =
  | 'drain'
  | 'interrupt'
  /** Close everything in order, and end. */
  | 'stop'
  /** Close your sockets and end, even with work under way. */
  | 'abandon'
  /** Every executor has ended, and closed its connections to nodes first. */
  | 'nodes_left'
  | { readonly logLevel: 'info' | 'debug' }
  /** The executor that no longer drains, counted from 0. */
  | { readonly lostExecutor: number }
  /** pm2, which would restart the process, is gone. */
  | { readonly unsupervised: true }
  /** The journal's disk is nearly full; null: it has space again. */
  | { readonly fullDisk: Failure | null }
  /** For the operators' port: each change of it. */
  | { readonly mainStatus: MainStatus }
  /** A name of nodes was looked up. */
  | { readonly resolution: Resolution };

export type FromThread =
  /** The thread holds the journal: no other daemon does. */
  | { readonly kind: 'journal_held' }
  /** The database of the journal does not answer, or answers again. */
  | { readonly kind: 'journal_away'; readonly isAway: boolean }
  /** The thread works. */
  | { readonly kind: 'ready' }
  /** Running work has ended or is put off. */
  | { readonly kind: 'drained' }
  /** The thread cannot work, for a reason outside the program. */
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** The sockets that the thread has open now. */
  | { readonly kind: 'sockets'; readonly open: readonly OpenSocket[] }
  /** The state of the coordinator, about once a second. */
  | { readonly kind: 'figures'; readonly figures: Figures }
  /** All commands of earlier runs are taken up again. */
  | { readonly kind: 'taken_up' }
  /** Something that people should know. */
  | { readonly kind: 'notice'; readonly notice: RaisedNotice };

/** Every thread gets this with its own data. */
export interface ThreadData {
  readonly name: string;
  readonly clock: ClockBase;
}

/** Besides, the data for the thread shell. */
export interface ShellData {
  readonly beat: BeatSlot;
  /** How long a socket may try one of several addresses: Node keeps it for each thread. */
  readonly addressAttemptMs: number;
}
