/**
 * Whether the daemon accepts new commands. One decision for the answers to commands, `ping`,
 * `status`, events, metrics and `/readyz`.
 */
import { type ErrorCode, type ErrorReply, errorReply } from './errors.ts';

/** The reasons of a refusal, each with the error code of its reply. Of several reasons the first is sent. */
const CODES = {
  starting: 'unavailable',
  draining: 'draining',
  journal: 'unavailable',
  disk: 'unavailable',
  full: 'busy',
  retired: 'unavailable',
  breaker: 'unavailable',
} as const satisfies Record<string, ErrorCode>;

export type RefusalReason = keyof typeof CODES;

export const REFUSAL_REASONS = Object.keys(CODES) as readonly RefusalReason[];

interface Cause {
  readonly message: string;
  readonly hint?: string;
  /** The time to retry, if it is known. */
  readonly retryAfterMs?: number;
  /** Of `breaker` and `retired`: the nodes. */
  readonly nodes?: readonly string[];
}

/** The reason why new commands are not accepted. */
export interface Refusal extends Cause {
  readonly reason: RefusalReason;
}

export interface Accepting {
  /** Whether a command that is sent now would be accepted. */
  readonly accepting: boolean;
  /** The reason why not. */
  readonly refusal?: Refusal;
}

/** The facts that forbid new commands. */
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

/** From this share of `openMax` on people are told: from the whole on, new commands are answered `busy`. */
const NEARLY_FULL_SHARE = 0.8;

/** So many commands are open that new ones may soon be answered `busy`. */
export function isNearlyFull(of: { readonly open: number; readonly openMax: number }): boolean {
  return of.open >= of.openMax * NEARLY_FULL_SHARE;
}

/** A node that is down or retired stops every daemon alike; all other causes are this daemon's own. */
export function isOwn({ reason }: Refusal): boolean {
  return reason !== 'breaker' && reason !== 'retired';
}

/**
 * The answer to a command with this id. With `draining` an id says that the command continues in
 * the next life; for a command that was not accepted this would be false.
 */
export function refusalReply(refusal: Refusal, id: string | undefined): ErrorReply {
  const { reason, message, nodes: _nodes, ...more } = refusal;
  const about = id === undefined || reason === 'draining' ? {} : { id };
  return errorReply(CODES[reason], message, { ...more, ...about });
}
