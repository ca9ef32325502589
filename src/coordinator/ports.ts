/** What the coordinator needs of the world, so that it runs over sockets as well as in virtual time. */
import type { BreakerPolicy } from '../core/breaker.ts';
import type { Policy } from '../core/model.ts';
import type { JournalError } from '../journal/errors.ts';
import type { Journal } from '../journal/port.ts';
import type { Answer } from '../protocol/answer.ts';
import type { ErrorReply } from '../protocol/errors.ts';
import type { PublishedEvent } from '../protocol/event.ts';
import type { Order } from '../protocol/work.ts';

/** Sends one answer, of this shape or an error, to the client that asked. */
export interface Respond<Shape extends Answer = Answer> {
  (answer: Shape | ErrorReply): void;
  /** The frames before the request: equal ones are of the same client, about the same question. */
  readonly envelope?: readonly Buffer[] | undefined;
}

/** Cancels what was scheduled. */
export type Cancel = () => void;

export interface CoordinatorPorts {
  readonly journal: Journal;
  readonly now: () => number;
  /** The clock that clients are told, ms; it never runs back, not over a restart either. */
  readonly clientNow: () => number;
  readonly random: () => number;
  /** A new id for a command whose client gave none: unique, and rising if possible. */
  readonly newId: () => string;
  /** Calls `act` at `time` (of `now`) or soon after: now means the next turn of the event loop. */
  readonly at: (time: number, act: () => void) => Cancel;
  readonly order: (executor: number, order: Order) => void;
  /** Something outside the program went wrong that does not stop the work. */
  readonly onTrouble: (what: string, error: JournalError) => void;
  /** A client's look failed by a fault of this program, or of one row; it was told `internal`. */
  readonly onLookFailed?: (error: unknown) => void;
  /** What operators did, for the log. */
  readonly noted?: (what: string, details: Readonly<Record<string, string | number>>) => void;
  readonly publish: (event: PublishedEvent) => void;
}

export interface CoordinatorOptions {
  readonly policy: Policy;
  readonly breaker: BreakerPolicy;
  readonly nodeNames: readonly string[];
  /** `NAME=URL,…` of the last life; absent if they are the same, or not known. */
  readonly nodesBefore?: string;
  /** Why this key can't be sent to these nodes, or undefined. */
  readonly unroutable: (groupId: string) => string | undefined;
  readonly executors: number;
  /** Commands in work at once, per executor; rollbacks do not count. */
  readonly concurrency: number;
  readonly interactiveShare: number;
  readonly openMax: number;
  readonly defaultDeadlineMs: number;
  readonly retentionMs: number;
  readonly version: string;
  readonly pid: number;
}
