/** Answers about commands, from what the coordinator and the journal know of them. */
import type { Command, NodeOutcome, Reason, SagaState, Settlement } from '../../core/model.ts';
import type { Held, StoredCommand } from '../../journal/port.ts';
import type { CommandAnswer } from '../../protocol/answer.ts';
import type { ErrorReply } from '../../protocol/errors.ts';
import type { Respond } from '../ports.ts';
import { awaitedNodes } from '../queue/awaited-nodes.ts';
import type { KeyOrder } from '../queue/key-order.ts';
import type { OpenCommand } from '../queue/open-command.ts';

/** The final answer. */
export function settledAnswer(command: Command, settlement: Settlement): CommandAnswer {
  return answerOf(command, settlement, settlement.at);
}

/** The final answer of a command, if it has one; else its progress. */
export function openAnswer(
  open: OpenCommand,
  now: number,
  seen?: Seen,
): CommandAnswer | ErrorReply {
  return open.answer ?? progressAnswer(open, now, seen);
}

/** An open command as it stands; `seen` where its executor has reported it. */
export function progressAnswer(
  open: OpenCommand,
  now: number,
  { nodes, forwardOnly = false }: Seen = NOT_SEEN,
): CommandAnswer {
  const { command, state, reason, stuck, stage } = open;
  const held = stage === 'restored' || stage === 'parked' ? stage : undefined;
  return answerOf(command, { state, reason, stuck, forwardOnly, held, nodes }, now);
}

/** One just taken in: it may have to wait for its key. */
export function waitingAnswer(
  open: OpenCommand,
  keys: KeyOrder,
  now: number,
): CommandAnswer | ErrorReply {
  return {
    ...openAnswer(open, now, { nodes: awaitedNodes(open, keys, now) }),
    ...keys.waitsFor(open),
  };
}

/** A client waits no longer for the end of a command: it gets the present state, if it has waited. */
export function stopWait(
  open: OpenCommand,
  waiter: Respond<CommandAnswer>,
  { keys, now }: { readonly keys: KeyOrder; readonly now: () => number },
): void {
  if (open.dropWaiter(waiter)) waiter(waitingAnswer(open, keys, now()));
}

/** A command as the journal has it. */
export function storedAnswer(stored: StoredCommand, now: number): CommandAnswer {
  const { command, settlement } = stored;
  return settlement === undefined
    ? answerOf(command, stored, now)
    : settledAnswer(command, settlement);
}

/** What an executor, or the order of keys, knows of an open command. */
interface Seen {
  readonly nodes?: Readonly<Record<string, NodeOutcome>> | undefined;
  readonly forwardOnly?: boolean;
}

const NOT_SEEN: Seen = {};

interface Progress {
  readonly state: SagaState;
  readonly reason?: Reason | undefined;
  readonly stuck?: boolean;
  readonly forwardOnly?: boolean;
  readonly held?: Held | undefined;
  readonly nodes?: Readonly<Record<string, NodeOutcome>> | undefined;
}

function answerOf(
  command: Command,
  { state, reason, stuck = false, forwardOnly = false, held, nodes }: Progress,
  at: number,
): CommandAnswer {
  // Of what is applied only a delete that cannot be undone gets stuck.
  const isForwardOnly = forwardOnly || (state === 'applying' && stuck);
  return {
    id: command.id,
    op: command.op,
    groupId: command.groupId,
    state,
    ...(reason === undefined ? {} : { reason }),
    ...(stuck ? { stuck } : {}),
    ...(isForwardOnly ? { forwardOnly: true } : {}),
    ...(held === 'restored' ? { held: true } : {}),
    ...(held === 'parked' ? { parked: true } : {}),
    ...(nodes === undefined ? {} : { nodes }),
    elapsedMs: elapsed(command, at),
  };
}

/** What `status`, `list` and events of open commands show besides. */
export function withOrigin<Shown extends CommandAnswer | ErrorReply>(
  answer: Shown,
  { lane, acceptedAt }: Command,
): Shown {
  if ('error' in answer) return answer;
  return { ...answer, lane, acceptedAt: new Date(acceptedAt).toISOString() };
}

function elapsed({ acceptedAt }: Command, at: number): number {
  return Math.max(0, Math.round(at - acceptedAt));
}
