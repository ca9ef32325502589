/** The parts of a reply that the client itself reads, whatever was asked. */
import { isError } from '../protocol/answer.ts';

/** If the daemon does not say how long to wait. */
const AGAIN_MS = 500;

/** How long to wait before asking again, if that is worth it. */
export function pauseAfter(answer: object): number | undefined {
  if (!isError(answer)) return undefined;
  const { code, retryAfterMs = AGAIN_MS } = answer.error;
  return code === 'busy' || code === 'draining' ? retryAfterMs : undefined;
}

export interface Reply {
  /** Not checked. */
  readonly answer: object;
  /** The daemon's clock when it answered; undefined: a daemon that does not send it. */
  readonly at: number | undefined;
}

/** The clock is for the client itself: without it, an answer that is asked for again is the same. */
export function readReply(frame: Buffer | undefined): Reply | undefined {
  try {
    const value: unknown = JSON.parse(String(frame));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const { at, ...answer }: { readonly at?: unknown } = value;
    return { answer, at: typeof at === 'number' ? at : undefined };
  } catch {
    // Not JSON: the call fails with `bad_reply`.
    return undefined;
  }
}
