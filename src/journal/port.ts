/**
 * The journal: the promises of the daemon in a place that survives it (P2, P3, P4.5, P5, P7).
 *
 * One port, several drivers, one conformance suite (test/journal). A commit makes everything that
 * one batch of the coordinator has gathered durable as one: that is group commit. No guarantee may
 * depend on a single writer: several daemons may share a driver.
 *
 * The journal stores and returns facts. It decides nothing about sagas.
 */
import type {
  Command,
  DurableEntry,
  Finding,
  Lane,
  Loose,
  Operation,
  Presence,
  Reason,
  SagaState,
  Settlement,
} from '../core/model.ts';
import type { ActFilter, ActPage, ActWrites } from './act.ts';
import type { JournalError } from './errors.ts';

/**
 * An accepted command; its `seq` was never used before. `begun`: its intent goes into the same
 * commit (no survey, key free), dated `acceptedAt`.
 */
export interface AcceptWrite {
  readonly command: Command;
  readonly begun: boolean;
  /** The text of its record, if the command has one. */
  readonly record?: string;
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

/** The settlement of an open command. */
export interface SettleWrite {
  readonly seq: number;
  readonly settlement: Settlement;
  /** The text of its story, if it is kept. */
  readonly story?: string;
}

/**
 * The writes of one batch; all of them become durable, or none (then `commit` rejects). They are
 * written in the order of the fields, so one batch may carry the whole life of a command.
 */
export interface WriteBatch {
  readonly accept: readonly AcceptWrite[];
  readonly begin: readonly BeginWrite[];
  readonly append: readonly AppendWrite[];
  readonly settle: readonly SettleWrite[];
  /** Settled commands whose loose requests have all ended; a repeat changes nothing. */
  readonly forget: readonly number[];
  /** Time that the daemon has lived so far, whole ms: it dates the commands. */
  readonly lived: number;
}

/**
 * History grows old by the time that the daemon lives, over all its runs: a clock that is set, and
 * time between two runs, make it no older (P7).
 */
export interface Pruning {
  /** Time that the daemon has lived so far, whole ms. */
  readonly lived: number;
  readonly retentionMs: number;
  readonly limit: number;
}

/** A moment by both clocks: the steady one of this run, and the time lived. */
export interface Moment {
  readonly at: number;
  readonly lived: number;
}

export interface CommitResult {
  /**
   * For each accepted command whose id was taken already: the command that has the id, by the `seq`
   * of the one that was *not* stored (P7), in its state after the batch. Usually empty. An error
   * (`damaged`): the command that has the id cannot be read.
   */
  readonly existing: ReadonlyMap<number, StoredCommand | JournalError>;
}

/**
 * Why an open command is not driven. `restored`: it is from a restored journal and was not
 * released. `parked`: the daemon crashed each time it was taken up. Only an operator ends either.
 */
export type Held = 'restored' | 'parked';

/** A command as the journal knows it. */
export interface StoredCommand {
  readonly command: Command;
  readonly state: SagaState;
  /** It was reported as stuck, and is still open (P5). */
  readonly stuck: boolean;
  /** It is open, and not driven. */
  readonly held?: Held;
  /** Of a turned or settled command: the settlement's, else the one it turned for. */
  readonly reason?: Reason;
  /** Of a settled command. */
  readonly settlement?: Settlement;
}

/**
 * An open command with all its durable entries in order (`began` first, if it has begun). The findings have no large
 * bodies: see `Journal.foundBody`.
 */
export interface RecoverableCommand {
  readonly command: Command;
  readonly entries: readonly Exclude<DurableEntry, Settlement>[];
  /** Time that the daemon had lived at acceptance, ms. */
  readonly lived: number;
  /** See {@link StoredCommand.held}. */
  readonly held?: Held;
}

/** Loose requests of a settled command (P4.5). Their times are of an earlier run: ignore them. */
export interface StoredLoose {
  readonly seq: number;
  readonly groupId: string;
  readonly loose: Readonly<Record<string, readonly Loose[]>>;
}

/** The counters at the start. */
export interface JournalHead {
  /** The highest `seq` ever given, even if pruned; 0 in an empty journal. */
  readonly lastSeq: number;
  /** The highest token ever given, even if pruned; undefined in an empty journal. */
  readonly lastToken: string | undefined;
  readonly openCount: number;
  /**
   * The longest time lived, ms, of all batches that accept a command and all calls of `prune`. A
   * run that was killed may have lasted a little longer.
   */
  readonly lived: number;
}

/** Ids with one beginning that a list looks at. */
export const ID_PREFIX_FOUND_MAX = 1000;

export interface ListFilter {
  readonly states?: readonly SagaState[];
  readonly stuck?: boolean;
  /** Held as `parked`, or not. */
  readonly parked?: boolean;
  readonly op?: Operation;
  readonly groupId?: string;
  /** Ids that begin so: only the last {@link ID_PREFIX_FOUND_MAX} of these are looked at. */
  readonly idPrefix?: string;
  /** Commands that name this node. */
  readonly node?: string;
  readonly lane?: Lane;
  /** Accepted at or after / before this moment: before by either clock is before. */
  readonly acceptedSince?: Moment;
  readonly acceptedBefore?: Moment;
}

/**
 * The latest settled command of a key. `lived`: time that the daemon had lived at settlement, ms.
 */
export interface LatestSettled {
  /** Its latest committed command. */
  readonly committed?: { readonly op: Operation; readonly lived: number };
  /**
   * A later command that was rolled back: the state of the nodes before it, as far as it learned
   * that. Absent if a command was abandoned after it.
   */
  readonly rolledBack?: {
    readonly prior: Readonly<Record<string, Presence>>;
    readonly lived: number;
  };
}

/**
 * A driver bounds the rows that it reads for one page, so a page may hold fewer than `limit`
 * commands, even none, and still name a `next`.
 */
export interface ListPage {
  readonly commands: readonly StoredCommand[];
  /** Rows of this page that cannot be read back; absent: there are none. */
  readonly damaged?: readonly DamagedRow[];
  /** Pass it as `before` to read on; absent on the last page. */
  readonly next?: number;
}

export interface DamagedRow {
  /** Of the command, as the row has it: it may be what is damaged. At most 256 UTF-16 units. */
  readonly id: string;
  readonly error: JournalError;
}

/** Bounds of a kept value, in UTF-16 units. */
export const KEPT_NAME_MAX = 300;
export const KEPT_VALUE_MAX = 10_000;

export interface Journal {
  /**
   * Which journal it is. It outlives restarts and a move into a database; a restored copy has another one: it lacks
   * commands that clients were answered for (P7).
   */
  readonly id: string;
  /**
   * Of a driver that waits for a database: how long the change under way, or a read, has waited, ms, if that is longer than usual;
   * undefined: the journal answers.
   */
  readonly awayMs?: number | undefined;
  /** Another daemon worked on it and has not left it in order: its last requests to nodes may still run. */
  readonly wasTaken?: boolean;
  head(): Promise<JournalHead>;
  /**
   * @throws JournalError if nothing of it was stored. Only code `io` leaves that open: nothing of
   * it is seen in this run, some of it may be in the next; no later commit will succeed
   * @throws IllegalWrite if it breaks a rule of this port: a programmer's error; nothing is stored
   */
  commit(batch: WriteBatch): Promise<CommitResult>;
  /** Open commands with `seq` above `after`, in rising order, at most `limit`. */
  load(after: number, limit: number): Promise<readonly RecoverableCommand[]>;
  /** Settled commands with loose requests that were never forgotten, `seq` above `after`. */
  loadLoose(after: number, limit: number): Promise<readonly StoredLoose[]>;
  find(id: string): Promise<StoredCommand | undefined>;
  /**
   * The owner marks that the latest settled command with `tokens` left on each of these keys, by
   * key, then node. Keys without such a command are missing; so may be keys whose latest 20,000 commands left none.
   */
  tokens(
    groupIds: readonly string[],
  ): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>>;
  /**
   * By key: the latest committed command, and a later one that was rolled back. A refused command
   * left the key unchanged. Keys without either are missing; so may be keys whose latest hundred
   * commands all failed, or whose latest 20,000 were all refused.
   */
  latestSettled(groupIds: readonly string[]): Promise<ReadonlyMap<string, LatestSettled>>;
  /** Keys of settled commands above `after` in the order of their bytes, at most `limit`. */
  keys(after: string, limit: number): Promise<readonly string[]>;
  /** Newest first, `seq` below `before` (undefined: from the newest), at most `limit`. */
  list(filter: ListFilter, before: number | undefined, limit: number): Promise<ListPage>;
  /**
   * Keeps a value under this name, in place of the one before; undefined removes it. It belongs to
   * the daemon, not to a command: it outlives restarts and pruning. A caller whose names come from
   * outside bounds their number.
   *
   * @throws JournalError as {@link Journal.commit}; IllegalWrite if the name is empty, or it or the
   *   value is too long
   */
  keep(name: string, value: string | undefined): Promise<void>;
  /** The texts of the records of these commands, by `seq`; commands without one are missing. */
  records(seqs: readonly number[]): Promise<ReadonlyMap<number, string>>;
  /** The body of a finding that `load` shows as `stored`; undefined: there is none, or the command is settled. */
  foundBody(seq: number, node: string): Promise<string | undefined>;
  /** The text of the story of this settled command; undefined: none was kept. */
  story(seq: number): Promise<string | undefined>;
  /** All kept values. */
  kept(): Promise<ReadonlyMap<string, string>>;
  /**
   * Holds this command as `parked` from now on, in later runs too. A settled or unknown one stays
   * as it is.
   * @throws JournalError as {@link Journal.commit}
   */
  park(seq: number): Promise<void>;
  /**
   * Releases these held commands, in this run and later ones; other commands do not change.
   * @throws JournalError as {@link Journal.commit}
   */
  unhold(seqs: readonly number[]): Promise<void>;
  /**
   * Notes the time that the daemon has lived, and removes settled commands without loose requests
   * that settled more than `retentionMs` of its life ago, oldest first, at most `limit`. Returns
   * their number. Call it about once a minute: a run that is killed is counted up to its last call.
   */
  prune(pruning: Pruning): Promise<number>;
  /**
   * Removes the texts of the records of commands that settled more than `retentionMs` of the
   * daemon's life ago; their digests stay. It looks at the `limit` oldest texts only. Returns the
   * number of those removed.
   */
  pruneRecords(pruning: Pruning): Promise<number>;
  /**
   * Begins and ends acts of operators, all of these or none. An end of an unknown number changes nothing. Returns
   * the numbers of the begun ones in their order: rising, and never given twice.
   * @throws JournalError as {@link Journal.commit}; IllegalWrite if a text is longer than `ACT_TEXT_MAX`
   */
  noteActs(writes: ActWrites): Promise<readonly number[]>;
  /** Newest first, numbers below `below` (undefined: from the newest), at most `limit`. */
  acts(filter: ActFilter, below: number | undefined, limit: number): Promise<ActPage>;
  /** Removes acts that are older than `retentionMs` of the daemon's life, as {@link Journal.prune}. */
  pruneActs(pruning: Pruning): Promise<number>;
  /**
   * Bounds the driver's own files, in one small step. Call it every second or so, and after each
   * step of pruning.
   * @throws JournalError if they could not be kept bounded now (code `busy`: a foreign reader)
   */
  tidy(): Promise<void>;
  /**
   * Closes the journal; a second call has no effect. Every other call then fails with code
   * `closed`.
   */
  close(): Promise<void>;
}
