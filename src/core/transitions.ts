/**
 * The one table of legal transitions of a saga. `evolve` refuses anything else;
 * the diagram in docs/architecture.md is generated from it.
 */
import type { SagaState, SettledState } from './model.ts';

export const TRANSITIONS: Readonly<Record<SagaState, readonly SagaState[]>> = {
  accepted: ['applying', 'refused', 'abandoned'],
  applying: ['committed', 'compensating', 'refused', 'abandoned'],
  compensating: ['rolled_back', 'abandoned'],
  committed: [],
  rolled_back: [],
  refused: [],
  abandoned: [],
};

export function isSettled(state: SagaState): state is SettledState {
  return TRANSITIONS[state].length === 0;
}

/** @throws if the table does not allow it: a programmer's error. */
export function assertTransition(from: SagaState, to: SagaState): void {
  if (!TRANSITIONS[from].includes(to)) {
    throw new Error(`illegal transition of a saga: ${from} → ${to}`);
  }
}
