/**
 * The requests as a client writes them: the input of the schemas in request.ts, in words. A test compares the two.
 * Types alone, so that a client needs no schema library.
 *
 * Times are in ms. A value outside its bounds is answered `invalid_request`, with the name of the field.
 */
import type { ActKind, ActOutcome } from '../../core/act.ts';
import type { JsonObject, WrittenRecord } from '../record/record.ts';

/** Longest `deadlineMs`: a day. */
export const DEADLINE_MS_MAX = 24 * 60 * 60 * 1000;

export type LaneName = 'interactive' | 'bulk';
type OpenStateName = 'accepted' | 'applying' | 'compensating';
type StateName = OpenStateName | 'committed' | 'rolled_back' | 'refused' | 'abandoned';

interface CommandBase {
  /** The key: 1 to 256 characters, without control characters and lone surrogates, not `.` or `..`. */
  groupId: string;
  /**
   * The idempotency key, 1 to 200 characters: the same id with the same content is executed once, and always gets
   * the first outcome (P7). Default: a new UUID.
   */
  id?: string | undefined;
  /** `settled` (default): one answer, with the outcome. `accepted`: an answer as soon as the command is durable. */
  wait?: 'settled' | 'accepted' | undefined;
  /** The queue of the command; a long `bulk` does not delay `interactive` (default). */
  lane?: LaneName | undefined;
  /** Ms from acceptance, waiting included, 1 to 86,400,000; default 30,000. Then the command is rolled back or refused. */
  deadlineMs?: number | undefined;
  /** Not accepted after this time, ms of the daemon's clock (`at` of its answers). The client sets it by itself. */
  expiresAt?: number | undefined;
  /** Also succeed on a key that only some nodes hold, instead of refusing it as `diverged`. Default false. */
  ensure?: boolean | undefined;
  /** While a node's breaker is not closed: `reject` (default) answers `unavailable` at once, `wait` accepts. */
  ifUnavailable?: 'reject' | 'wait' | undefined;
  /** Only read every node, and answer what the command would do; not in a batch. Default false. */
  dryRun?: boolean | undefined;
}

export interface CreateInput extends CommandBase {
  op: 'create';
  /** The content that the nodes store with the key: a JSON object of 64 KiB at most, unless configured otherwise. */
  record?: JsonObject | WrittenRecord | undefined;
}

export interface DeleteInput extends CommandBase {
  op: 'delete';
}

export type CommandInput = CreateInput | DeleteInput;

/** 1 to 10,000 commands; each is checked and answered alone. */
export interface BatchInput {
  op: 'batch';
  commands: readonly unknown[];
}

/** With `id`: one command. Without: the daemon. */
export interface StatusInput {
  op: 'status';
  id?: string | undefined;
  /** Of one command: also show its record. */
  record?: boolean | undefined;
  /** Of one command: also show its story. */
  story?: boolean | undefined;
}

interface SelectionFields {
  /** Only stuck commands, or only others. */
  stuck?: boolean | undefined;
  /** Parked commands match only if this is true. */
  parked?: boolean | undefined;
  groupId?: string | undefined;
  /** The name of a node: commands that wait for it, or that it failed. */
  node?: string | undefined;
  lane?: LaneName | undefined;
  /** Accepted at least this long ago, ms. */
  olderThanMs?: number | undefined;
  /** Accepted at most this long ago, ms. */
  youngerThanMs?: number | undefined;
}

/** Selects open commands for an operator's act. */
export interface OpenFilter extends SelectionFields {
  state?: OpenStateName | readonly OpenStateName[] | undefined;
  op?: 'create' | 'delete' | undefined;
}

export interface ListInput extends SelectionFields {
  op: 'list';
  state?: StateName | readonly StateName[] | undefined;
  /** Only commands whose id begins so, 8 characters at least: the last 1,000 of them by id are looked at. */
  idPrefix?: string | undefined;
  /** Commands of a page, 1 to 1000; default 100. */
  limit?: number | undefined;
  /** `next` of the previous page. */
  cursor?: string | undefined;
}

export interface StatsInput {
  op: 'stats';
}

export interface AuditInput {
  op: 'audit';
  /** `next` of the previous page. */
  after?: string | undefined;
  /** Keys of a page, 1 to 1000. */
  limit?: number | undefined;
  /** These keys, 1 to 1000, in place of a page. */
  keys?: readonly string[] | undefined;
  /** Also repair the differences. Default false. */
  repair?: boolean | undefined;
  /** False: the nodes are compared with each other alone, for a journal that is lost. Default true. */
  journal?: boolean | undefined;
  /** Also compare the contents of keys that all nodes hold: each is read on every node. */
  content?: boolean | undefined;
  /** The node whose records replace those of other contents. */
  right?: string | undefined;
  /** The repair of keys on which nodes differ and that the journal does not know; default `leave`. */
  unknown?: 'leave' | 'create' | 'delete' | undefined;
  /** The operator, for the trail of acts. */
  by?: string | undefined;
}

/** One command by its `id`, or all open ones that match `filter`. */
interface ChosenFields {
  id?: string | undefined;
  filter?: OpenFilter | undefined;
  /** With a filter: only show the commands that match. */
  dryRun?: boolean | undefined;
  /** With a filter: commands of a page, 1 to 1000. */
  limit?: number | undefined;
  /** With a filter: `next` of the previous page. */
  cursor?: string | undefined;
  /** The operator, for the trail of acts. */
  by?: string | undefined;
}

interface OperationInput<Op extends string> extends ChosenFields {
  op: Op;
}

export type OperatorInput =
  | OperationInput<'retry'>
  | OperationInput<'cancel'>
  | OperationInput<'abandon'>;

export interface RestoreInput extends ChosenFields {
  op: 'restore';
  act: 'resume' | 'abandon';
}

/** Of a node's breaker: `open` until it is closed, `close`, or `reset` to the state of a new daemon. */
export type BreakerAct = 'open' | 'close' | 'reset';

export interface BreakerInput {
  op: 'breaker';
  node?: string | undefined;
  /** Absent: the breakers are only shown. */
  act?: BreakerAct | undefined;
  by?: string | undefined;
}

export type NodeAct = 'drain' | 'undrain' | 'retire' | 'unretire';

export interface NodesInput {
  op: 'node';
  node?: string | undefined;
  /**
   * `drain`: new commands wait for this node until `undrain`. `retire`: the node is gone for good, and the open commands
   * that name it go on without it; `unretire`: new commands may name it again. Absent: the nodes are only shown.
   */
  act?: NodeAct | undefined;
  /** Of `retire`: only say what it would do. */
  dryRun?: boolean | undefined;
  /** Of `retire`: although the node answers, and nobody has drained it. */
  force?: boolean | undefined;
  /** The operator, for the trail of acts. */
  by?: string | undefined;
}

interface LaneInput<Op extends string> {
  op: Op;
  /** Absent: every lane. */
  lane?: LaneName | undefined;
  by?: string | undefined;
}

export type PauseInput = LaneInput<'pause'> | LaneInput<'resume'>;

export interface ActsInput {
  op: 'acts';
  act?: ActKind | readonly ActKind[] | undefined;
  /** The name of the operator. */
  who?: string | undefined;
  /** The id of a command, the name of a node or a lane. */
  on?: string | undefined;
  outcome?: ActOutcome | undefined;
  /** Began at least / at most this long ago, ms. */
  olderThanMs?: number | undefined;
  youngerThanMs?: number | undefined;
  /** Acts of a page, 1 to 1000; default 100. */
  limit?: number | undefined;
  /** `next` of the previous page. */
  cursor?: string | undefined;
}

/** The last lines of the daemon's log, or those behind a cursor. */
export interface LogsInput {
  op: 'logs';
  /** The least grave level. */
  level?: 'error' | 'warn' | 'info' | 'debug' | undefined;
  thread?: string | undefined;
  /** A command that the lines are about. */
  id?: string | undefined;
  /** Lines of a page, 1 to 1000; default 100. */
  limit?: number | undefined;
  /** `next` of an earlier answer. */
  cursor?: string | undefined;
}

export interface PingInput {
  op: 'ping';
}

/** Any request; fields that a client may omit are optional. */
export type RequestInput =
  | CommandInput
  | BatchInput
  | StatusInput
  | ListInput
  | StatsInput
  | AuditInput
  | OperatorInput
  | RestoreInput
  | BreakerInput
  | NodesInput
  | PauseInput
  | ActsInput
  | LogsInput
  | PingInput;
