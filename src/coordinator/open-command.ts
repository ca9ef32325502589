/** A command from its acceptance to its settlement, as the coordinator sees it. */
import type { Command, DurableEntry, Reason } from '../core/model.ts';
import type { CommandAnswer } from '../protocol/answer.ts';
import type { ErrorReply } from '../protocol/errors.ts';
import type { Respond } from './ports.ts';

/**
 * `new`: its acceptance is not durable yet. `waiting`: for its key, or for loose requests to end.
 * `ready`: in its lane. `dispatched`: with an executor. `gone`: settled, or never accepted.
 */
export type Stage = 'new' | 'waiting' | 'ready' | 'dispatched' | 'gone';

export interface OpenCommand {
  readonly command: Command;
  stage: Stage;
  state: 'accepted' | 'applying' | 'compensating';
  reason: Reason | undefined;
  stuck: boolean;
  /** Durable entries so far, for the executor; empty once it has them. */
  entries: readonly DurableEntry[];
  /** It had begun in an earlier life of the daemon. */
  readonly recovered: boolean;
  /** The executor that drives it. */
  executor: number | undefined;
  /** It takes one of its executor's places. */
  working: boolean;
  /** Who waits for the final answer. */
  readonly waiters: Respond[];
  /** The final answer, once there is one. */
  answer: CommandAnswer | ErrorReply | undefined;
}

export function openCommand(command: Command, recovered = false): OpenCommand {
  return {
    command,
    stage: 'new',
    state: 'accepted',
    reason: undefined,
    stuck: false,
    entries: [],
    recovered,
    executor: undefined,
    working: false,
    waiters: [],
    answer: undefined,
  };
}
