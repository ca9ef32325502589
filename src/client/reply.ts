/** The parts of a reply that the client itself reads, for any request. */
import { isError } from '../protocol/answer.ts';

/** If the daemon gives no time to wait. */
const AGAIN_MS = 500;

/** The time to wait before a repeat; undefined if a repeat is useless. */
export function pauseAfter(answer: object): number | undefined {
  if (!isError(answer)) return undefined;
  const { code, retryAfterMs = AGAIN_MS } = answer.error;
  return code === 'busy' || code === 'draining' ? retryAfterMs : undefined;
}

/** The daemon is stopping: another one may answer instead. */
export function isDraining(answer: object): boolean {
  return isError(answer) && answer.error.code === 'draining';
}

export interface Reply {
  /** Not checked. */
  readonly answer: object;
  /** The daemon's clock when it answered; undefined for a daemon that does not send it. */
  readonly at: number | undefined;
}

/** Removes the clock, which is for the client itself: repeated answers are then equal. */
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
