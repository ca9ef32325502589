/**
 * The one table of legal stages of an open command. `OpenCommand.moveTo` refuses every other step;
 * the diagram in docs/architecture.md is generated from it.
 */
import type { Held } from '../../journal/port.ts';

/**
 * `new`: its acceptance is not durable yet. `waiting`: for its key, or for loose requests to end.
 * `ready`: in its lane. `dispatched`: with an executor. `restored`, `parked`: held (see `Held`) until an
 * operator decides. `gone`: its settlement goes into this batch, or it was never accepted.
 */
export type Stage = 'new' | 'waiting' | 'ready' | 'dispatched' | 'gone' | Held;

export const STAGES: Readonly<Record<Stage, readonly Stage[]>> = {
  new: ['waiting', 'restored', 'parked', 'gone'],
  waiting: ['ready', 'gone'],
  ready: ['dispatched', 'gone'],
  dispatched: ['gone'],
  restored: ['waiting', 'gone'],
  parked: ['waiting', 'gone'],
  gone: [],
};

/** @throws if the table does not allow the step: a programmer's error */
export function assertStep(from: Stage, to: Stage): void {
  if (!STAGES[from].includes(to)) {
    throw new Error(`illegal step of an open command: ${from} → ${to}`);
  }
}
