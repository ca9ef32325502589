/** Gives every command an id before it is sent, so that asking again is safe (P7). */
import { newId } from '../protocol/new-id.ts';
import type { RequestInput } from '../protocol/request.ts';

/** The request with an id on it, or a batch on each of its commands: copies. The others are safe as they are. */
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
