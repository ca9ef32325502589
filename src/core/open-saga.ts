/** A saga before its first entry. */
import type { Command, Loose, NodeState, Saga } from './model.ts';

const NO_LOOSE: readonly Loose[] = [];

/** The journal's knowledge of a key when a command begins, and of its nodes. */
export interface KeyHistory {
  /** Requests of earlier commands that may still land: they oppose a rollback, too (P4). */
  readonly loose?: Readonly<Record<string, readonly Loose[]>>;
  /** The owner marks of the records that earlier commands left. */
  readonly tokens?: Readonly<Record<string, string>>;
  /** Nodes of the command that an operator has retired. */
  readonly retired?: readonly string[];
}

/** @throws if the command names a node twice: two exchanges with it would run at a time */
export function openSaga(command: Command, history: KeyHistory = {}): Saga {
  if (new Set(command.nodes).size !== command.nodes.length) {
    throw new Error(`command ${command.id} names a node twice: ${command.nodes.join(', ')}`);
  }
  return {
    command,
    state: 'accepted',
    reason: undefined,
    nodes: command.nodes.map((name) => untouched(name, history)),
    cancelled: false,
    abandoning: false,
    turnedAt: undefined,
    stuck: false,
  };
}

function untouched(name: string, { loose, tokens, retired }: KeyHistory): NodeState {
  return {
    name,
    retired: retired?.includes(name) === true,
    finding: undefined,
    direction: 'want',
    verdict: 'open',
    belief: 'unknown',
    next: 'mutate',
    running: undefined,
    selfChecked: false,
    mayHaveChanged: false,
    restored: false,
    createInDoubt: false,
    guardDisproved: false,
    owner: tokens?.[name],
    loose: loose?.[name] ?? NO_LOOSE,
    dueAt: 0,
    failures: 0,
    attempts: 0,
    lastResponse: undefined,
  };
}
