/**
 * The health of a node as one exchange shows it, for the breaker of the node. The status and the way the exchange
 * ended are known only here.
 *
 * Any reply of the node itself is good, also a 4xx: the node works, the request was wrong. Bad are the failures of the
 * node: a 5xx, a reply that is not the contract's, a 404 without proof, no reply, a refused connection. An exchange says
 * nothing (`none`) if its caller gave it up, if it never got a connection, if this machine ran short of something such
 * as descriptors, or if the fault may be that of one key.
 */
import type { HealthSignal } from '../core/breaker/breaker.ts';
import type { NodeReply } from '../core/model.ts';

export interface Course {
  /** Undefined if no response was read to its end. */
  readonly status: number | undefined;
  /** It was given a connection. */
  readonly isStarted: boolean;
  /** This machine ran short of something. */
  readonly isOurs: boolean;
  /** Its caller gave it up. */
  readonly isGivenUp: boolean;
}

/** The node works, and has no time for this request. */
const BUSY: ReadonlySet<number> = new Set([408, 425, 429]);

export function healthSignalOf(
  { kind }: NodeReply,
  { status, isStarted, isOurs, isGivenUp }: Course,
): HealthSignal {
  // It may be the fault of this key alone: a record that is too large, or that another client has written.
  if (kind === 'malformed') return 'none';
  if (status === undefined) return isStarted && !isOurs && !isGivenUp ? 'bad' : 'none';
  if (status >= 500) return 'bad';
  // Probably the reply of a proxy, or a malformed one: it counts against the node.
  if (kind === 'lost' || kind === 'misnamed') return 'bad';
  return kind === 'unreadable' && !BUSY.has(status) ? 'bad' : 'good';
}
