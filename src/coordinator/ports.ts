/** The interface of the coordinator to the world: it runs over sockets, and in virtual time. */
import type { Principal } from '../clients/principal.ts';
import type { BreakerPolicy } from '../core/breaker/breaker.ts';
import type { Policy } from '../core/context.ts';
import type { JournalError } from '../journal/errors.ts';
import type { Journal } from '../journal/port.ts';
import type { Answer } from '../protocol/answer.ts';
import type { LogsAnswer } from '../protocol/answers/log-lines.ts';
import type { ErrorReply } from '../protocol/errors.ts';
import type { PublishedEvent } from '../protocol/event.ts';
import type { LogsRequest } from '../protocol/request.ts';
import type { Order } from '../protocol/work.ts';

/** Sends one answer, of this shape or an error, to the client that asked. */
export interface Respond<Shape extends Answer = Answer> {
  (answer: Shape | ErrorReply): void;
  /** The frames before the request: equal ones are of the same client, about the same question. */
  readonly envelope?: readonly Buffer[] | undefined;
  /** The connection of the client; clients are served in turn. Absent: the daemon's own question. */
  readonly client?: string | undefined;
  /** Who asks, as the door has found; absent: nobody has proven anything. */
  readonly principal?: Principal | undefined;
  /** The door by which the request came; absent: `zeromq`. */
  readonly door?: string | undefined;
  /** The client may not do this: it is only noted, if it is an act, and answered so. */
  readonly refusal?: ErrorReply | undefined;
  /** Of the text of the request. */
  readonly bytes?: number | undefined;
  /** The request needs no answer: another one of the same envelope gets it. */
  readonly forget?: (() => void) | undefined;
  /**
   * Called when the command is durable and the client waits for its end. `stop` ends that wait: it frees the place,
   * and answers with the present state.
   */
  readonly waits?: ((stop: () => void) => void) | undefined;
}

/** Cancels a scheduled act. */
export type Cancel = () => void;

export interface CoordinatorPorts {
  readonly journal: Journal;
  readonly now: () => number;
  /** The clock that clients see, ms; it never runs back, not even over a restart. */
  readonly clientNow: () => number;
  readonly random: () => number;
  /** A new id for a command without one: unique, and rising if possible. */
  readonly newId: () => string;
  /** Calls `act` at `time` (of `now`) or soon after: now means the next turn of the event loop. */
  readonly at: (time: number, act: () => void) => Cancel;
  readonly order: (executor: number, order: Order) => void;
  /** A failure outside the program that does not stop the work. */
  readonly onTrouble: (what: string, error: JournalError) => void;
  /** A look failed by a fault of this program, or of one row; its client got `internal`. */
  readonly onLookFailed?: (error: unknown) => void;
  /** Logs an act of an operator. */
  readonly noted?: (what: string, details: Readonly<Record<string, string | number>>) => void;
  readonly publish: (event: PublishedEvent) => void;
  /** The last lines of the log; absent: none are kept. */
  readonly logs?: (query: LogsRequest) => LogsAnswer;
  /** Why the file of the list of clients cannot be used now. */
  readonly clientListFault?: () => string | undefined;
}

/** A record that the dialect has no place for. */
export interface RecordMisfit {
  readonly field: string;
  readonly message: string;
}

export interface CoordinatorOptions {
  readonly policy: Policy;
  readonly breaker: BreakerPolicy;
  readonly nodeNames: readonly string[];
  /** `NAME=URL,…` of the last life; absent if they are the same, or not known. */
  readonly nodesBefore?: string;
  /** The reason why this key cannot be sent to these nodes, or undefined. */
  readonly unroutable: (groupId: string) => string | undefined;
  /** The one key for all keys that these nodes take for one; absent: each is its own. */
  readonly fold?: (groupId: string) => string;
  /** The reason why these nodes cannot get this record (its text; undefined: none), or undefined. */
  readonly misfitOf: (record: string | undefined) => RecordMisfit | undefined;
  /** Audits can compare contents: the dialect says where a read shows them. */
  readonly comparesContent?: boolean;
  readonly recordBytesMax: number;
  /** Bytes of the records of all open commands; further ones are answered `busy`. */
  readonly heldBytesMax: number;
  /** How long the texts of records are kept after the settlement. */
  readonly recordRetentionMs: number;
  readonly executors: number;
  /** Commands in work at once on each executor, without rollbacks. */
  readonly concurrency: number;
  readonly interactiveShare: number;
  readonly openMax: number;
  readonly defaultDeadlineMs: number;
  readonly retentionMs: number;
  /** A node that no command calls is asked by its health path so often; 0: never. */
  readonly healthCheckEveryMs: number;
  /** The daemon audits all keys by itself so often; 0: never. */
  readonly auditEveryMs: number;
  /** Other machines can reach the sockets, and nothing protects them. */
  readonly isUnprotected: boolean;
  /** False: the events socket is not open. */
  readonly publishesEvents: boolean;
  readonly version: string;
  readonly pid: number;
}
