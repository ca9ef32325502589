/** What new commands are answered while main says that the daemon can take none in. */
import { type ErrorReply, errorReply } from '../protocol/errors.ts';

/** When a client may try again that came while the journal's disk was full. */
const REFUSED_RETRY_MS = 5000;

interface Cause {
  readonly message: string;
  readonly hint?: string | undefined;
}

export function refusalOf(failure: Cause | null): ErrorReply | undefined {
  if (failure === null) return undefined;
  const { message, hint } = failure;
  return errorReply('unavailable', message, {
    retryAfterMs: REFUSED_RETRY_MS,
    ...(hint === undefined ? {} : { hint }),
  });
}
