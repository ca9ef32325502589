/** A command that came too late to be taken in: nobody may be waiting for it any more. */
import { type ErrorReply, errorReply } from '../../protocol/errors.ts';
import type { CommandRequest } from '../../protocol/request.ts';

/** Why it is not taken in; undefined if it is in time. `clientNow`: by the clock that clients are told. */
export function expiryOf(
  { id, expiresAt }: Pick<CommandRequest, 'id' | 'expiresAt'>,
  clientNow: number,
): ErrorReply | undefined {
  if (expiresAt === undefined || clientNow <= expiresAt) return undefined;
  const message = `it came ${Math.ceil(clientNow - expiresAt)} ms after its expiresAt`;
  return errorReply('expired', message, id === undefined ? {} : { id });
}
