/**
 * Whether the daemon takes in new commands. One decision, for the answers to commands, `ping`, `status`,
 * events, metrics and `/readyz` alike.
 */
import { type ErrorCode, type ErrorReply, errorReply } from './errors.ts';

/** The reasons of a refusal, each with the error code of its reply. Of several reasons the first is sent. */
const CODES = {
  starting: 'unavailable',
  draining: 'draining',
  disk: 'unavailable',
  full: 'busy',
  breaker: 'unavailable',
} as const satisfies Record<string, ErrorCode>;

export type RefusalReason = keyof typeof CODES;

export const REFUSAL_REASONS = Object.keys(CODES) as readonly RefusalReason[];

interface Cause {
  readonly message: string;
  readonly hint?: string;
  /** When to come again, where that is known. */
  readonly retryAfterMs?: number;
  /** Of `breaker`: whose is not closed. */
  readonly nodes?: readonly string[];
}

/** Why new commands are not taken in. */
export interface Refusal extends Cause {
  readonly reason: RefusalReason;
}

export interface Accepting {
  /** Whether a command that is sent now would be taken in. */
  readonly accepting: boolean;
  /** Why not. */
  readonly refusal?: Refusal;
}

/** What stands against it. */
export type Causes = Readonly<Partial<Record<RefusalReason, Cause | undefined>>>;

export function acceptingOf(causes: Causes): Accepting {
  const refusal = refusalOf(causes);
  return refusal === undefined ? { accepting: true } : { accepting: false, refusal };
}

export function refusalOf(causes: Causes): Refusal | undefined {
  for (const reason of REFUSAL_REASONS) {
    const cause = causes[reason];
    if (cause !== undefined) return { ...cause, reason };
  }
  return undefined;
}

/** Nodes that are down stop every daemon alike; all other causes are this one's own. */
export function isOwn({ reason }: Refusal): boolean {
  return reason !== 'breaker';
}

/**
 * What a command of this id is answered. With `draining` an id says that the command goes on in the next
 * life; of one that was not taken in that would be false.
 */
export function refusalReply(refusal: Refusal, id: string | undefined): ErrorReply {
  const { reason, message, nodes: _nodes, ...more } = refusal;
  const about = id === undefined || reason === 'draining' ? {} : { id };
  return errorReply(CODES[reason], message, { ...more, ...about });
}
