/** P7: the same id again. The same content gets the first outcome, other content is rejected. */
import type { Command } from '../core/model.ts';
import type { StoredCommand } from '../journal/port.ts';
import type { CommandAnswer } from '../protocol/answer.ts';
import { type ErrorReply, errorReply } from '../protocol/errors.ts';
import type { CommandRequest } from '../protocol/request.ts';
import { storedAnswer } from './answers.ts';

/** The answer of a command of the journal to whoever sends its id again. */
export function repeatAnswer(
  first: StoredCommand,
  request: CommandRequest,
  now: number,
): CommandAnswer | ErrorReply {
  return conflictWith(first.command, request) ?? storedAnswer(first, now);
}

/** Why this request is no repeat of this command, or undefined if it is one. */
export function conflictWith(first: Command, request: CommandRequest): ErrorReply | undefined {
  const { id, op, groupId, ensure } = first;
  if (request.op === op && request.groupId === groupId && request.ensure === ensure) {
    return undefined;
  }
  const more = ensure ? ' with ensure' : '';
  const message = `${id} belongs to ${op} of ${JSON.stringify(groupId)}${more}`;
  return errorReply('id_conflict', message, { id });
}
