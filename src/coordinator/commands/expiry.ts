/** A command that came too late to be accepted: its client may no longer wait. */
import { type ErrorReply, errorReply } from '../../protocol/errors.ts';
import type { CommandRequest } from '../../protocol/request.ts';

/** The rejection; undefined if the command is in time. @param clientNow by the clock that clients see, ms */
export function expiryOf(
  { id, expiresAt }: Pick<CommandRequest, 'id' | 'expiresAt'>,
  clientNow: number,
): ErrorReply | undefined {
  if (expiresAt === undefined || clientNow <= expiresAt) return undefined;
  const message = `it came ${Math.ceil(clientNow - expiresAt)} ms after its expiresAt`;
  return errorReply('expired', message, id === undefined ? {} : { id });
}
