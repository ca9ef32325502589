/**
 * The words of the core: a command, its saga, and the facts (entries) that make up a saga's history.
 *
 * A saga is folded from its entries (`evolve`), so it is the same value live and after a restart.
 * Entries are of two kinds. Durable ones are journaled before anything that follows from them may happen (P2, P3).
 * Volatile ones tell what single exchanges did; a crash loses them, and `resumed` then assumes the worst of every
 * request the durable ones allow (P4.5).
 *
 * All times are ms of the daemon's steady clock: the wall clock at start, counted on by a monotonic one.
 */

export type Operation = 'create' | 'delete';
export type Presence = 'present' | 'absent';
export type Lane = 'interactive' | 'bulk';

/** The request of a client, fixed at acceptance. */
export interface Command {
  /** Rises in the order of acceptance; the journal's key. */
  readonly seq: number;
  /** The client's idempotency key, or one given by the daemon (P7). */
  readonly id: string;
  readonly op: Operation;
  /** The key of the record. */
  readonly groupId: string;
  readonly ensure: boolean;
  /** Of a create with content: SHA-256 of its canonical form, the size of its text. */
  readonly record?: { readonly digest: string; readonly bytes: number };
  readonly lane: Lane;
  /** Owner mark: decimal seconds with microseconds, unique and rising. */
  readonly token: string;
  /** Every node this command may touch, as configured when it was accepted. */
  readonly nodes: readonly string[];
  readonly acceptedAt: number;
  /** From this time on the command is not driven forward. */
  readonly deadlineAt: number;
}

/** The finding of the survey on one node, enough to restore the record. */
export type Finding =
  | { readonly presence: 'absent' }
  | {
      readonly presence: 'present';
      /** The record in the form in which it is sent again to restore it; a create needs none. */
      readonly body?: string;
      /** The journal alone has the body: see stored-bodies.ts. */
      readonly stored?: true;
      /** `body` is base64 of bytes that are not UTF-8. */
      readonly encoding?: 'base64';
      /** Members that the restored record will lack, as the dialect says; absent: it will lack none. */
      readonly dropped?: readonly string[];
      /** The record's owner mark, if it is known. */
      readonly token?: string;
      /** True if the node showed the token, false if it is the journal's. */
      readonly shown: boolean;
      /** Its entity tag, where deletes are guarded by it. A restored record may have the same one. */
      readonly tag?: string;
      /** The digest of its content: see `NodeReply`. */
      readonly content?: string;
    };

/** A request that can change a node, or a read. */
export type NodeRequest =
  /** `body`: of a record that is made again, as a read showed it; `stored`: the journal has it; absent: a new record. */
  | {
      readonly kind: 'create';
      readonly token: string;
      readonly body?: string;
      readonly stored?: true;
      readonly encoding?: 'base64';
    }
  /** `tag`: the node deletes only a record that still has it. */
  | { readonly kind: 'delete'; readonly guard?: string; readonly tag?: string }
  /** `isEarly`: a request may still land, so the read cannot show that it did nothing. */
  | { readonly kind: 'read'; readonly isEarly?: true };

/**
 * What one exchange came to, as the dialect reads it.
 *
 * `applied`, `gone`, `perhaps`, `unproven`, `deferred` and `misnamed` answer a create or a delete; `present`,
 * `absent`, `unreadable` and `malformed` answer a read; `refused`, `unsure`, `lost` and `unsent` may answer any.
 */
export type NodeReplyKind =
  /** 201 on create, 200 on delete, in the dialect's form. */
  | 'applied'
  /** 400 or 409: only a read shows the effect. */
  | 'perhaps'
  /** 404 on a delete, with the node's proof. */
  | 'gone'
  /** A success without proof of its effect, or of its sender: in doubt, a read follows. */
  | 'unproven'
  /** A 202: the node will do it later, or not. In doubt and loose, and not repeated while it may land. */
  | 'deferred'
  /** A success to a create that names another key: in doubt and loose, and not repeated forward. */
  | 'misnamed'
  /** Any other 4xx, a redirect: this attempt did nothing. */
  | 'refused'
  /** A complete 408, 425, 429 or 5xx: in doubt, but nothing lands after it (P4.1). */
  | 'unsure'
  /** No trustworthy answer, a 404 without the node's proof too: in doubt and loose (P4.2). */
  | 'lost'
  /** It never left: connection refused, name not found, bulkhead given up. */
  | 'unsent'
  | 'present'
  | 'absent'
  /** A read that tells nothing about the record: a failure, or a reply that may be a proxy's. */
  | 'unreadable'
  /** A success to a read that shows no record of this key, or one that is too large: a matter of this key. */
  | 'malformed';

export interface NodeReply {
  readonly kind: NodeReplyKind;
  /**
   * The reply in words, for people: `201`, `400 Perhaps the object exists.`, `timeout after 5000
   * ms`.
   */
  readonly detail: string;
  /** Of `present`: the record in the form in which it would be restored, see `Finding`. */
  readonly body?: string;
  readonly encoding?: 'base64';
  readonly dropped?: readonly string[];
  /** Of `present`: the owner mark, if the node shows it. */
  readonly token?: string;
  /** Of `present`: its entity tag, where deletes are guarded by it. */
  readonly tag?: string;
  /**
   * Of `present`: SHA-256 of the content, for a command with a record and for an audit, if the dialect says where the
   * content is. It is that of the command's record if the two are equal by the mapping of the dialect.
   */
  readonly content?: string;
  /** Of `present`, for a repair: the record that makes this content; absent: the dialect knows none. */
  readonly record?: string;
  /** Of `unsure`: the node's own wish, from `Retry-After`. */
  readonly retryAfterMs?: number;
}

/** A request that was given up and may still land, until `until` (P4.2). */
export interface Loose {
  readonly effect: Presence;
  /** Of a create: its token. Of a delete: the token of its guard, if it has one. */
  readonly token?: string;
  readonly until: number;
}

/**
 * The times until which requests of earlier runs may still land, by node (P4.5); for a node that is
 * not named the latest one counts. Names at least one node.
 */
export type Inherited = Readonly<Record<string, number>>;

export type SettledState = 'committed' | 'rolled_back' | 'refused' | 'abandoned';
export type SagaState = 'accepted' | 'applying' | 'compensating' | SettledState;

/** Why a command is not `committed`. */
export type Reason =
  | 'already_exists'
  | 'not_found'
  | 'diverged'
  | 'different'
  | 'deadline'
  | 'node_refused'
  | 'cancelled';

/** The direction in which a node is driven: to the command's goal, or back to the state before. */
export type Direction = 'want' | 'prior';

/**
 * What the saga has made out about one node in its present direction.
 * `foreign`: a record of another owner stands there; `different`: with other content. `refused`: the node will not do it, or has
 * made a record of another key of it.
 */
export type Verdict = 'open' | 'reached' | 'foreign' | 'different' | 'refused';

/** One node, seen by one saga. */
export interface NodeState {
  readonly name: string;
  /** No part of the goal any longer: see retired/remaining.ts. */
  readonly retired: boolean;
  readonly finding: Finding | undefined;
  readonly direction: Direction;
  readonly verdict: Verdict;
  readonly belief: Presence | 'unknown';
  /**
   * The kind of the next exchange: the create or delete itself; a read to `clarify` an answer that
   * said "perhaps"; a read to `verify` the result of a delete.
   */
  readonly next: 'mutate' | 'clarify' | 'verify';
  /** The exchange that runs now; at most one. */
  readonly running: NodeRequest | undefined;
  /** It was driven back and forth once, to tell its own record from a foreign one. */
  readonly selfChecked: boolean;
  /** A request of this command changed this node, or may have: only such a node is rolled back. */
  readonly mayHaveChanged: boolean;
  /** A create has made the record again that the command had deleted, or may have. */
  readonly restored: boolean;
  /** A create of this command is in doubt, in any life of the daemon. */
  readonly createInDoubt: boolean;
  /**
   * The journal's token, which guarded a delete, was disproved: the delete continues without a
   * guard.
   */
  readonly guardDisproved: boolean;
  /** The owner mark of the present record, if known. */
  readonly owner: string | undefined;
  readonly loose: readonly Loose[];
  /** No exchange before this time: back-off. */
  readonly dueAt: number;
  /** Failed attempts in a row, for the back-off. */
  readonly failures: number;
  readonly attempts: number;
  /** The last response of the node. */
  readonly lastResponse: string | undefined;
}

/** The life of one command. */
export interface Saga {
  readonly command: Command;
  readonly state: SagaState;
  readonly reason: Reason | undefined;
  readonly nodes: readonly NodeState[];
  /** A client or operator asked to undo it while it was applying. */
  readonly cancelled: boolean;
  /** An operator gave it up; it settles once its running exchanges have ended. */
  readonly abandoning: boolean;
  /** When it began to compensate. */
  readonly turnedAt: number | undefined;
  readonly stuck: boolean;
}

/** The state of one node when its command is settled, or now. */
export interface NodeOutcome {
  readonly state: Presence | 'unknown';
  readonly attempts: number;
  readonly lastResponse?: string;
  /**
   * Of a delete that was rolled back. `unchanged`: its record was never deleted; `exact`: it was made again as the
   * survey read it; `mapped`: without `dropped`, as the dialect says.
   */
  readonly restored?: 'unchanged' | 'exact' | 'mapped';
  readonly dropped?: readonly string[];
  /** An operator retired the node: it is no part of the outcome, and its record may be as it was left. */
  readonly retired?: true;
}

/** Facts that must be in the journal before anything that follows from them (P2, P3). */
export type DurableEntry =
  /** The command began: every node's survey, or none where tokens make one needless. */
  | {
      readonly kind: 'began';
      readonly at: number;
      readonly findings?: Readonly<Record<string, Finding>>;
    }
  /** The whole saga turned to compensation. */
  | { readonly kind: 'turned'; readonly at: number; readonly reason: Reason }
  /** One node turned, to tell its own record from a foreign one. */
  | {
      readonly kind: 'node_turned';
      readonly at: number;
      readonly node: string;
      readonly direction: Direction;
    }
  | { readonly kind: 'stuck'; readonly at: number }
  | Settlement;

/** The last entry of a saga. */
export interface Settlement {
  readonly kind: 'settled';
  readonly at: number;
  readonly state: SettledState;
  readonly reason?: Reason;
  readonly nodes: Readonly<Record<string, NodeOutcome>>;
  /** Requests that may still land on this key, by node (P4.5); absent if there are none. */
  readonly loose?: Readonly<Record<string, readonly Loose[]>>;
  /**
   * The owner marks of the records this command left, by node, as far as they are known.
   * Absent if it left every record as it was.
   */
  readonly tokens?: Readonly<Record<string, string>>;
}

/** Facts that a crash may lose. */
export type VolatileEntry =
  | { readonly kind: 'sent'; readonly node: string; readonly request: NodeRequest }
  /** An exchange ended; `to` is the node as it stands after it. */
  | { readonly kind: 'progressed'; readonly node: string; readonly to: NodeState }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'abandoning' }
  | { readonly kind: 'retired'; readonly node: string }
  /** An operator wants the next attempt now. */
  | { readonly kind: 'retry_requested'; readonly at: number }
  /** The daemon died and is back: whatever the durable entries allow may be under way (P4.5). */
  | { readonly kind: 'resumed'; readonly at: number; readonly inherited: Inherited };

export type Entry = DurableEntry | VolatileEntry;

const DURABLE = new Set<Entry['kind']>(['began', 'turned', 'node_turned', 'stuck', 'settled']);

export function isDurable(entry: Entry): entry is DurableEntry {
  return DURABLE.has(entry.kind);
}
