/** Answers about commands, from what the coordinator and the journal know of them. */
import type { Command, NodeOutcome, Reason, SagaState, Settlement } from '../../core/model.ts';
import type { Held, StoredCommand } from '../../journal/port.ts';
import type { CommandAnswer } from '../../protocol/answer.ts';
import type { ErrorReply } from '../../protocol/errors.ts';
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
  nodes?: Readonly<Record<string, NodeOutcome>>,
): CommandAnswer | ErrorReply {
  return open.answer ?? progressAnswer(open, now, nodes);
}

/** An open command as it stands; `nodes` where its executor has reported them. */
export function progressAnswer(
  open: OpenCommand,
  now: number,
  nodes?: Readonly<Record<string, NodeOutcome>>,
): CommandAnswer {
  const { command, state, reason, stuck, stage } = open;
  const held = stage === 'restored' || stage === 'parked' ? stage : undefined;
  return answerOf(command, { state, reason, stuck, held, nodes }, now);
}

/** One just taken in: it may have to wait for its key. */
export function waitingAnswer(
  open: OpenCommand,
  keys: KeyOrder,
  now: number,
): CommandAnswer | ErrorReply {
  return { ...openAnswer(open, now, awaitedNodes(open, keys, now)), ...keys.waitsFor(open) };
}

/** A command as the journal has it. */
export function storedAnswer(stored: StoredCommand, now: number): CommandAnswer {
  const { command, settlement } = stored;
  return settlement === undefined
    ? answerOf(command, stored, now)
    : settledAnswer(command, settlement);
}

interface Progress {
  readonly state: SagaState;
  readonly reason?: Reason | undefined;
  readonly stuck?: boolean;
  readonly held?: Held | undefined;
  readonly nodes?: Readonly<Record<string, NodeOutcome>> | undefined;
}

function answerOf(
  command: Command,
  { state, reason, stuck, held, nodes }: Progress,
  at: number,
): CommandAnswer {
  return {
    id: command.id,
    op: command.op,
    groupId: command.groupId,
    state,
    ...(reason === undefined ? {} : { reason }),
    ...(stuck ? { stuck } : {}),
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
