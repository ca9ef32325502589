/** What a reply says to the client itself, whatever was asked. */
import { type Answer, isError } from '../protocol/answer.ts';

/** If the daemon does not say how long to wait. */
const AGAIN_MS = 500;

/** How long to wait before asking again, if that is worth it. */
export function pauseAfter(answer: Answer): number | undefined {
  if (!isError(answer)) return undefined;
  const { code, retryAfterMs = AGAIN_MS } = answer.error;
  return code === 'busy' || code === 'draining' ? retryAfterMs : undefined;
}

export function readReply(frame: Buffer | undefined): Answer | undefined {
  try {
    const value: unknown = JSON.parse(String(frame));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Answer;
    }
  } catch {
    // Not JSON: the caller is told `bad_reply`.
  }
  return undefined;
}
