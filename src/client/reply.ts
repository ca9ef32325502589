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

export interface Reply {
  readonly answer: Answer;
  /** The daemon's clock when it answered; undefined: a daemon that does not tell. */
  readonly at: number | undefined;
}

/** The clock is for the client itself: without it, an answer that is asked for again is the same. */
export function readReply(frame: Buffer | undefined): Reply | undefined {
  try {
    const value: unknown = JSON.parse(String(frame));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      const { at, ...answer } = value as Answer & { readonly at?: unknown };
      return { answer: answer as Answer, at: typeof at === 'number' ? at : undefined };
    }
  } catch {
    // Not JSON: the caller is told `bad_reply`.
  }
  return undefined;
}
