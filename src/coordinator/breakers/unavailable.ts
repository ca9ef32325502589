import { type ErrorReply, errorReply } from '../../protocol/errors.ts';

/** What stands in the way is as a rule over by then. */
const RETRY_AFTER_MS = 1000;

/** It cannot be done now, by no fault of the request: the client may come again. */
export function unavailable(
  message: string,
  more: { readonly id?: string; readonly hint?: string } = {},
): ErrorReply {
  return errorReply('unavailable', message, { retryAfterMs: RETRY_AFTER_MS, ...more });
}
