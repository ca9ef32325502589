/**
 * What an exchange says of its node, for the node's breaker. Only here are the status and the way it
 * ended known; from the words for people nobody has to guess.
 *
 * Any answer of the node itself is good, a 4xx too: the node works, the request was wrong. Bad is
 * what the node is to blame for: a 5xx, an answer that is not the contract's, a 404 that does not prove
 * to be the node's, no answer, a refused connection. What we gave up ourselves, what never got past our
 * own bulkhead, and what failed for want of something of our own, such as descriptors, says nothing.
 */
import type { HealthSignal } from '../core/breaker.ts';
import type { NodeReply } from '../core/model.ts';

export interface Course {
  /** Of an answer that was read to its end. */
  readonly status: number | undefined;
  /** It had got past the bulkhead. */
  readonly isStarted: boolean;
  /** This machine ran short of something. */
  readonly isOurs: boolean;
  /** Its caller gave it up. */
  readonly isGivenUp: boolean;
}

/** What a node says that works, and has no time for this request. */
const BUSY: ReadonlySet<number> = new Set([408, 425, 429]);

export function healthSignalOf(
  { kind }: NodeReply,
  { status, isStarted, isOurs, isGivenUp }: Course,
): HealthSignal {
  if (status === undefined) return isStarted && !isOurs && !isGivenUp ? 'bad' : 'none';
  if (status >= 500) return 'bad';
  // Somebody answers in the node's place, or it has lost its wits.
  if (kind === 'lost' || kind === 'misnamed') return 'bad';
  return kind === 'unreadable' && !BUSY.has(status) ? 'bad' : 'good';
}
