/**
 * The journal: what the daemon has promised, in a place that survives it (P2, P3, P4.5, P5, P7).
 *
 * One port, several drivers, one conformance suite (test/journal). A commit takes everything one
 * turn of the coordinator has gathered and makes it durable as one: that is group commit. Nothing
 * here may be kept only by there being one writer in one process.
 *
 * The journal stores and returns facts. It decides nothing about sagas.
 */
import type {
  Command,
  DurableEntry,
  Finding,
  Loose,
  Operation,
  Presence,
  Reason,
  SagaState,
  Settlement,
} from '../core/model.ts';

/**
 * A command taken in; its `seq` was never used before. `begun`: its intent goes into the same
 * commit (no survey, key free), dated `acceptedAt`.
 */
export interface AcceptWrite {
  readonly command: Command;
  readonly begun: boolean;
}

/** An accepted command begins: its intent, with what its survey found. */
export interface BeginWrite {
  readonly seq: number;
  readonly at: number;
  readonly findings?: Readonly<Record<string, Finding>>;
}

/** `turned`, `node_turned` and `stuck`, in order, of a command that has begun and is open. */
export interface AppendWrite {
  readonly seq: number;
  readonly entries: readonly Exclude<DurableEntry, { kind: 'began' | 'settled' }>[];
}

/** The last word on an open command. */
export interface SettleWrite {
  readonly seq: number;
  readonly settlement: Settlement;
}

/**
 * Everything one turn has to say; all of it becomes durable, or none (then `commit` rejects). It is
 * written in the order of the fields, so one batch may carry the whole life of a command.
 */
export interface WriteBatch {
  readonly accept: readonly AcceptWrite[];
  readonly begin: readonly BeginWrite[];
  readonly append: readonly AppendWrite[];
  readonly settle: readonly SettleWrite[];
  /** Settled commands whose loose requests have all ended; saying it again changes nothing. */
  readonly forget: readonly number[];
  /** How long the daemon has lived by now, whole ms: commands are as old as it makes them. */
  readonly lived: number;
}

/**
 * History grows old by the time that the daemon lives, over all its lives: a clock that is set, and
 * what passes between two lives, make it no older (P7).
 */
export interface Pruning {
  /** How long the daemon has lived by now, whole ms. */
  readonly lived: number;
  readonly retentionMs: number;
  readonly limit: number;
}

/** A moment by both clocks: the steady one of this life, and the time lived. */
export interface Moment {
  readonly at: number;
  readonly lived: number;
}

export interface CommitResult {
  /**
   * Of each accepted command whose id was taken already: the command that has it, by the `seq` of
   * the one that was *not* stored (P7), as it stands after the batch. Usually empty.
   */
  readonly existing: ReadonlyMap<number, StoredCommand>;
}

/**
 * Why nobody drives an open command: `restored`, it is of a restored journal and was not released;
 * `parked`, the daemon crashed each time it was taken up. Both end by an operator's word alone.
 */
export type Held = 'restored' | 'parked';

/** A command as the journal knows it. */
export interface StoredCommand {
  readonly command: Command;
  readonly state: SagaState;
  /** Told to be stuck, and still open (P5). */
  readonly stuck: boolean;
  /** Open, and driven by nobody. */
  readonly held?: Held;
  /** Of a turned or settled command: the settlement's, else the one it turned for. */
  readonly reason?: Reason;
  /** Of a settled command. */
  readonly settlement?: Settlement;
}

/** An open command with all its durable entries in order (`began` first, if it has begun). */
export interface RecoverableCommand {
  readonly command: Command;
  readonly entries: readonly Exclude<DurableEntry, Settlement>[];
  /** How long the daemon had lived when it was accepted, ms. */
  readonly lived: number;
  /** See {@link StoredCommand.held}. */
  readonly held?: Held;
}

/** Loose requests of a settled command (P4.5). Their times are of an earlier life: ignore them. */
export interface StoredLoose {
  readonly seq: number;
  readonly groupId: string;
  readonly loose: Readonly<Record<string, readonly Loose[]>>;
}

/** Where the counters stand at start. */
export interface JournalHead {
  /** The highest `seq` ever given, pruned ones included; 0 in an empty journal. */
  readonly lastSeq: number;
  /** The highest token ever given, pruned ones included; undefined in an empty journal. */
  readonly lastToken: string | undefined;
  readonly openCount: number;
  /**
   * The longest that the daemon has been said to have lived, ms, by batches that accept a command and
   * by `prune`. A life that was killed may have lasted a little longer.
   */
  readonly lived: number;
}

export interface ListFilter {
  readonly states?: readonly SagaState[];
  readonly stuck?: boolean;
  /** Held as `parked`, or not. */
  readonly parked?: boolean;
  readonly op?: Operation;
  readonly groupId?: string;
  /** Commands that name this node. */
  readonly node?: string;
  /** Accepted at or after / before this moment: by either clock before is before. */
  readonly acceptedSince?: Moment;
  readonly acceptedBefore?: Moment;
}

/** The last word on a key. `lived`: how long the daemon had lived when it settled, ms. */
export interface LatestSettled {
  /** Its latest committed command. */
  readonly committed?: { readonly op: Operation; readonly lived: number };
  /**
   * A later command that was rolled back: how it says the nodes were before it, as far as it came to
   * know. None if a command was abandoned after it.
   */
  readonly rolledBack?: {
    readonly prior: Readonly<Record<string, Presence>>;
    readonly lived: number;
  };
}

/**
 * A driver bounds what it looks through for one page, so a page may hold fewer than `limit`
 * commands, even none, and still name a `next`.
 */
export interface ListPage {
  readonly commands: readonly StoredCommand[];
  /** Pass it as `before` to read on; absent on the last page. */
  readonly next?: number;
}

/** Bounds of a standing word, in UTF-16 units. */
export const KEPT_NAME_MAX = 300;
export const KEPT_VALUE_MAX = 10_000;

export interface Journal {
  head(): Promise<JournalHead>;
  /**
   * @throws JournalError if nothing of it was stored. Code `io` alone leaves it open: nothing is
   *   seen of it in this life, some of it may be in the next; no later commit will succeed
   * @throws IllegalWrite if it breaks a rule of this port: a programmer's error; nothing is stored
   */
  commit(batch: WriteBatch): Promise<CommitResult>;
  /** Open commands with `seq` above `after`, in rising order, `limit` at most. */
  load(after: number, limit: number): Promise<readonly RecoverableCommand[]>;
  /** Settled commands with loose requests that were never forgotten, `seq` above `after`. */
  loadLoose(after: number, limit: number): Promise<readonly StoredLoose[]>;
  find(id: string): Promise<StoredCommand | undefined>;
  /**
   * The owner marks that the latest settled command with `tokens` left on each of these keys, by
   * key, then node. Keys without such a command are missing.
   */
  tokens(
    groupIds: readonly string[],
  ): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>>;
  /**
   * By key, the latest committed command, and a later one that was rolled back; what was refused left
   * the key as it was. Keys without either are missing, and so may be keys whose latest hundred commands all
   * failed.
   */
  latestSettled(groupIds: readonly string[]): Promise<ReadonlyMap<string, LatestSettled>>;
  /** Keys of settled commands above `after` in the order of their bytes, `limit` at most. */
  keys(after: string, limit: number): Promise<readonly string[]>;
  /** Newest first, `seq` below `before` (undefined: from the newest), `limit` at most. */
  list(filter: ListFilter, before: number | undefined, limit: number): Promise<ListPage>;
  /**
   * Keeps a standing word under this name, in place of the one before; undefined removes it. It is
   * of the daemon, not of a command: what has to outlive a restart and no pruning may take. Whoever
   * keeps words under names from outside bounds their number.
   *
   * @throws JournalError as {@link Journal.commit}; IllegalWrite if the name is empty, or it or the
   *   value is too long
   */
  keep(name: string, value: string | undefined): Promise<void>;
  /** All standing words. */
  kept(): Promise<ReadonlyMap<string, string>>;
  /**
   * This command is held as `parked` from now on, in later lives too; one that is settled, or not
   * there, stays as it is.
   * @throws JournalError as {@link Journal.commit}
   */
  park(seq: number): Promise<void>;
  /**
   * These commands are held no more, in this life and later ones; of others it changes nothing.
   * @throws JournalError as {@link Journal.commit}
   */
  unhold(seqs: readonly number[]): Promise<void>;
  /**
   * Notes how long the daemon has lived, and removes settled commands without loose requests that
   * settled more than `retentionMs` of its life ago, oldest first, `limit` at most. Returns how many.
   * Call it about once a minute: a life that is killed is counted up to there.
   */
  prune(pruning: Pruning): Promise<number>;
  /**
   * Keeps the driver's own files bounded, in one small step; call it every second or so, and after
   * each step of pruning.
   * @throws JournalError if they could not be kept bounded now (code `busy`: a foreign reader)
   */
  tidy(): Promise<void>;
  /** Ends it; again is fine. Every other call is then refused with code `closed`. */
  close(): Promise<void>;
}
