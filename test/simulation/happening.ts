/** The events for the judges: all visible events of clients, nodes and the journal's disk. */
import type { Command, NodeRequest } from '../../src/core/model.ts';
import type { ActWrites } from '../../src/journal/act.ts';
import type { WriteBatch } from '../../src/journal/port.ts';
import type { Answer } from '../../src/protocol/answer.ts';
import type { Ledger } from './ledger.ts';
import type { Plan } from './plan.ts';
import type { Poison } from './poison.ts';
import type { Ask } from './workload.ts';

/** The record of a key on a node. */
export interface StoredRecord {
  readonly body: string;
  /** The owner mark; undefined where the dialect has none. */
  readonly token: string | undefined;
  /** The command whose request wrote it; undefined: another client. */
  readonly by: number | undefined;
}

/** One request to one node. */
export interface Exchange {
  readonly command: Command;
  readonly node: string;
  readonly request: NodeRequest;
  /** The text of the command's record, as the executor has it. */
  readonly record?: string | undefined;
}

export type Happening =
  /**
   * A client gives a request to its socket, for the first time or again; `isDated`: with an
   * `expiresAt`.
   */
  | { readonly kind: 'asked'; readonly ask: Ask; readonly isDated: boolean }
  /** The daemon gives an answer, or an event, to its socket. */
  | { readonly kind: 'said'; readonly ask: Ask | undefined; readonly answer: Answer }
  /** A client receives the answer to its request. */
  | { readonly kind: 'heard'; readonly ask: Ask; readonly answer: Answer }
  /** A commit is on the disk; the ledger already has it. */
  | { readonly kind: 'durable'; readonly batch: WriteBatch }
  /** Acts of operators are on the disk. */
  | { readonly kind: 'noted'; readonly writes: ActWrites }
  /** A value is on the disk. */
  | { readonly kind: 'kept'; readonly name: string; readonly value: string | undefined }
  /** The journal has pruned old commands; the ledger knows them. */
  | { readonly kind: 'pruned'; readonly commands: readonly Command[] }
  | { readonly kind: 'sent'; readonly exchange: Exchange }
  /**
   * An exchange ended without a trustworthy answer. It may still land, and the kernel may send it
   * for this time. `denied`: and the node will reject it.
   */
  | {
      readonly kind: 'gaveUp';
      readonly exchange: Exchange;
      readonly denied: boolean;
      readonly outlivingMs?: number;
    }
  /** A node answered; `denied`: it rejected the request. */
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
  /** A run of the daemon is ready, with these nodes in its configuration. */
  | { readonly kind: 'started'; readonly nodeNames: readonly string[] }
  /** A thread crashes: the others stop in order. `poison`: the command that caused it. */
  | { readonly kind: 'crashed'; readonly poison?: Poison | undefined }
  | { readonly kind: 'died' }
  /** No work is left; `listed` is the answer to `list`, oldest first. */
  | { readonly kind: 'ended'; readonly listed: readonly Answer[] };

/** The data that a judge may read. Judges change nothing. */
export interface Scene {
  readonly plan: Plan;
  /** Virtual time, which no step of the wall clock changes. */
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
