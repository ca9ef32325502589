/** A command from its acceptance to its settlement, as the coordinator sees it. */
import type { Command, DurableEntry, Reason } from '../../core/model.ts';
import type { Held } from '../../journal/port.ts';
import type { CommandAnswer } from '../../protocol/answer.ts';
import type { ErrorReply } from '../../protocol/errors.ts';
import type { Respond } from '../ports.ts';
import type { Queued } from './linked-queue.ts';

/**
 * `new`: its acceptance is not durable yet. `waiting`: for its key, or for loose requests to end.
 * `ready`: in its lane. `dispatched`: with an executor. `gone`: settled, or never accepted.
 * `restored`, `parked`: held, see `Held`, until an operator says what becomes of it.
 */
export type Stage = 'new' | 'waiting' | 'ready' | 'dispatched' | 'gone' | Held;

/** There may be a hundred thousand: every field counts. */
export interface OpenCommand extends Queued<OpenCommand> {
  readonly command: Command;
  stage: Stage;
  state: 'accepted' | 'applying' | 'compensating';
  reason: Reason | undefined;
  stuck: boolean;
  /** What the journal had of it at the start of this life; see `entriesOf`. */
  entries: readonly DurableEntry[];
  /** It had begun in an earlier life of the daemon. */
  readonly recovered: boolean;
  /** How far this life's clock is behind its own, see own-clock.ts; 0 if this life has accepted it. */
  readonly behindMs: number;
  /** The executor that drives it. */
  executor: number | undefined;
  /** It takes one of its executor's places. */
  working: boolean;
  /** Who waits for the final answer; see `addWaiter`. */
  waiters: readonly Respond<CommandAnswer>[];
  /** The final answer, once there is one. */
  answer: CommandAnswer | ErrorReply | undefined;
}

const NO_ENTRIES: readonly DurableEntry[] = [];
const NOBODY: readonly Respond<CommandAnswer>[] = [];

export function openCommand(command: Command, recovered = false, behindMs = 0): OpenCommand {
  return {
    command,
    stage: 'new',
    state: 'accepted',
    reason: undefined,
    stuck: false,
    entries: NO_ENTRIES,
    recovered,
    behindMs,
    executor: undefined,
    working: false,
    waiters: NOBODY,
    answer: undefined,
    queue: undefined,
    before: undefined,
    after: undefined,
  };
}

/** Its durable entries so far, for whoever takes it up. */
export function entriesOf({ command, state, entries }: OpenCommand): readonly DurableEntry[] {
  const hasBegunAtOnce = state === 'applying' && entries.length === 0;
  return hasBegunAtOnce ? [{ kind: 'began', at: command.acceptedAt }] : entries;
}

/** Nobody drives it, until an operator has said what becomes of it. */
export function isHeld({ stage }: OpenCommand): boolean {
  return stage === 'restored' || stage === 'parked';
}

export function addWaiter(open: OpenCommand, respond: Respond<CommandAnswer>): void {
  open.waiters = [...open.waiters, respond];
}

/** Everybody who waits; from now on nobody does. */
export function takeWaiters(open: OpenCommand): readonly Respond<CommandAnswer>[] {
  const { waiters } = open;
  open.waiters = NOBODY;
  return waiters;
}
