/** What the judges hear: everything that clients, nodes and the journal's disk could tell. */
import type { Command, NodeRequest } from '../../src/core/model.ts';
import type { WriteBatch } from '../../src/journal/port.ts';
import type { Answer } from '../../src/protocol/answer.ts';
import type { Ledger } from './ledger.ts';
import type { Plan } from './plan.ts';
import type { Poison } from './poison.ts';
import type { Ask } from './workload.ts';

/** What a node holds of a key. */
export interface StoredRecord {
  readonly body: string;
  /** The owner mark; undefined where the dialect has none. */
  readonly token: string | undefined;
  /** The command whose request wrote it; undefined: another client's. */
  readonly by: number | undefined;
}

/** One request to one node. */
export interface Exchange {
  readonly command: Command;
  readonly node: string;
  readonly request: NodeRequest;
}

export type Happening =
  /** A client hands a request to its socket, for the first time or again; `isDated`: with an `expiresAt`. */
  | { readonly kind: 'asked'; readonly ask: Ask; readonly isDated: boolean }
  /** The daemon hands an answer, or an event, to its socket. */
  | { readonly kind: 'said'; readonly ask: Ask | undefined; readonly answer: Answer }
  /** A client has the answer to its request. */
  | { readonly kind: 'heard'; readonly ask: Ask; readonly answer: Answer }
  /** A commit is on the disk; the ledger has it already. */
  | { readonly kind: 'durable'; readonly batch: WriteBatch }
  /** The journal has dropped old commands; the ledger knows. */
  | { readonly kind: 'pruned'; readonly commands: readonly Command[] }
  | { readonly kind: 'sent'; readonly exchange: Exchange }
  /**
   * An exchange ended without a trustworthy answer; it may still land, and for so long be sent by the kernel.
   * `denied`: and the node will not do it.
   */
  | {
      readonly kind: 'gaveUp';
      readonly exchange: Exchange;
      readonly denied: boolean;
      readonly outlivingMs?: number;
    }
  /** A node answered; `denied`: it will not do it. */
  | { readonly kind: 'answered'; readonly exchange: Exchange; readonly denied: boolean }
  | {
      readonly kind: 'changed';
      readonly exchange: Exchange;
      readonly before: StoredRecord | undefined;
      readonly after: StoredRecord | undefined;
    }
  /** A node has lost all its data. */
  | { readonly kind: 'emptied'; readonly node: string }
  /** Another client has written past the daemon. */
  | { readonly kind: 'meddled'; readonly node: string; readonly groupId: string }
  | { readonly kind: 'started' }
  /** A thread crashes: the rest stops in order. `poison`: the command that has done it. */
  | { readonly kind: 'crashed'; readonly poison?: Poison | undefined }
  | { readonly kind: 'died' }
  /** Everything has come to rest; `listed` is what `list` says, oldest first. */
  | { readonly kind: 'ended'; readonly listed: readonly Answer[] };

/** What a judge may look at. It has no part in it. */
export interface Scene {
  readonly plan: Plan;
  /** Virtual time, which no clock jump moves. */
  readonly now: () => number;
  /** ms of the wall clock, as the daemon reads it. */
  readonly wallNow: () => number;
  readonly ledger: Ledger;
  readonly record: (node: string, groupId: string) => StoredRecord | undefined;
  readonly fail: (promise: string, message: string) => void;
}

/** A judge of one promise. */
export interface Judge {
  hear(happening: Happening): void;
}
