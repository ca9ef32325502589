/**
 * The figures that the coordinator sends to main about once a second: totals since the start, and
 * the present state. Shapes only; they come from this process and are not checked.
 */
import type { Distribution } from '../base/measure/distribution.ts';
import type { Lane, Operation, SagaState } from '../core/model.ts';
import type { SummaryAnswer } from './answer.ts';

/** How long settled commands took, from acceptance on, in ms. */
export interface CommandDurations {
  readonly op: Operation;
  readonly lane: Lane;
  readonly outcome: SagaState;
  readonly durations: Distribution;
}

/** Connections that the sockets refused, by reason. */
export interface ConnectionsRefused {
  readonly no_room: number;
  readonly mechanism: number;
  readonly unknown_key: number;
  readonly role: number;
}

export interface Figures {
  /** The answer to `status`; its `threads` are those that answered in time. */
  readonly summary: SummaryAnswer;
  readonly commands: readonly CommandDurations[];
  /** ms by commit. */
  readonly commitDurations: Distribution;
  /** Writes by commit. */
  readonly commitWrites: Distribution;
  /** Answers that were errors, by code. */
  readonly errors: Readonly<Record<string, number>>;
  readonly repliesDropped: number;
  /** Clients that were cut because they did not read their answers. */
  readonly clientsCut: number;
  readonly connectionsRefused: ConnectionsRefused;
  /** Reads of the journal that met a damaged row. */
  readonly damagedReads: number;
  /** Changes of the file of the list of clients that could not be used. */
  readonly clientListFaults: number;
}
