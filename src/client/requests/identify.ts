/** Gives every command an id before it is sent, so that a repeat is safe (P7). */

import type { RequestInput } from '../../protocol/input/request-input.ts';
import { newId } from '../../protocol/new-id.ts';

/**
 * A copy of the request with an id, or of a batch with an id on each command. Other requests are
 * safe without one.
 */
export function identify(request: RequestInput): RequestInput {
  switch (request.op) {
    case 'create':
    case 'delete':
      return { ...request, id: request.id ?? newId() };
    case 'batch':
      return { ...request, commands: request.commands.map(identifyCommand) };
    default:
      return request;
  }
}

/** A value that is no command stays as it is: the daemon rejects it with the reason. */
function identifyCommand(command: unknown): unknown {
  if (typeof command !== 'object' || command === null) return command;
  const { op, id }: { op?: unknown; id?: unknown } = command;
  if (op !== 'create' && op !== 'delete') return command;
  return { ...command, id: id === undefined ? newId() : id };
}
