/**
 * The circuit breaker of one node: when to leave the node alone, and how to find out that it is
 * back. Pure: what was seen, the time and chance are arguments; asking and telling is the shell's.
 *
 * - It opens for many failures in a row, or for a share of failed or slow calls in a rolling window,
 *   never below that window's least volume: single failures do not trip it.
 * - Open, it waits for its cool-off, which grows with every opening up to a cap and starts over only
 *   when it has stayed closed for a while: a node that answers reads and fails writes does not flap.
 * - Half-open, it lets a bounded number of trial calls through in all: one read, which has to be good,
 *   then a few of any kind. Enough good ones close it; the share of bad ones that opens a closed one
 *   opens it again. (Were one bad call enough, a node that fails one in three would hardly get back.)
 * - What an operator has opened stays open until an operator closes it.
 *
 * Times are of the steady clock. Nothing here knows of commands; no answer of a node is read here.
 */
import { counted, EMPTY_WINDOW, sum, type Tally, type Window } from './breaker-window.ts';

/** The signal of one exchange about its node: it answered; it failed; neither. */
export type HealthSignal = 'good' | 'bad' | 'none';

/** The sum of the signals of many exchanges, added by the sender. */
export interface Sample extends Tally {
  /** Failures since the last success among them. */
  readonly failuresInRow: number;
  /** The text of the latest failure, for people. */
  readonly lastError?: string;
}

export interface BreakerPolicy {
  readonly failuresInRow: number;
  readonly windowMs: number;
  /** With fewer calls in the window the shares do not count. */
  readonly volumeMin: number;
  /** Share of the calls in the window, above 0, at most 1. */
  readonly failureShare: number;
  readonly slowShare: number;
  /** The first cool-off; it doubles. */
  readonly coolOffMs: number;
  readonly coolOffCapMs: number;
  /** This many good trial calls close it, the first read included. */
  readonly trialCalls: number;
  /** A trial call without a result for longer counts as failed. */
  readonly trialTimeoutMs: number;
}

export interface BreakerContext {
  readonly now: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly policy: BreakerPolicy;
}

export interface ClosedBreaker {
  readonly kind: 'closed';
  readonly since: number;
  readonly failuresInRow: number;
  readonly window: Window;
  /** Number of openings that each followed too soon after the one before. */
  readonly openings: number;
}

/** The reason why a breaker is not closed, for people. */
export interface Outage {
  readonly openings: number;
  /** The cause of the first opening; later failed trials do not replace it. */
  readonly cause: string;
  /** The text of the latest failed call, if it had one. */
  readonly lastError?: string;
  /** Number of failed trial calls since the first opening. */
  readonly trialsFailed: number;
}

export interface OpenBreaker extends Outage {
  readonly kind: 'open';
  readonly since: number;
  /** The time of the next trial. */
  readonly until: number;
}

export interface HalfOpenBreaker extends Outage {
  readonly kind: 'half_open';
  /** Also the name of this trial period: results of an earlier one do not count. */
  readonly since: number;
  readonly running: number;
  readonly passed: number;
  readonly failed: number;
  /** The time of the latest trial call. */
  readonly triedAt: number;
}

/** Opened by an operator. */
export interface ForcedBreaker {
  readonly kind: 'forced';
  readonly since: number;
}

export type Breaker = ClosedBreaker | OpenBreaker | HalfOpenBreaker | ForcedBreaker;

/** A breaker that was closed for this many caps forgets its earlier openings. */
const STEADY_CAPS = 6;

export function closedBreaker(now: number, openings = 0): ClosedBreaker {
  return { kind: 'closed', since: now, failuresInRow: 0, window: EMPTY_WINDOW, openings };
}

/** Earlier calls count only while it is closed: late failures do not prolong an opening. */
export function observe(breaker: Breaker, sample: Sample, context: BreakerContext): Breaker {
  if (breaker.kind !== 'closed' || sample.calls === 0) return breaker;
  const { now, policy } = context;
  const answered = sample.calls > sample.failures;
  const failuresInRow = sample.failuresInRow + (answered ? 0 : breaker.failuresInRow);
  const window = counted(breaker.window, sample, { now, windowMs: policy.windowMs });
  const cause = causeOf(failuresInRow, sum(window), policy);
  if (cause === undefined) return { ...breaker, failuresInRow, window };
  return openedFor(breaker, { cause, ...requestedBy(sample) }, context);
}

/** No command called the node, and so many health checks in a row have failed. */
export function unanswered(
  breaker: Breaker,
  { failed, lastError }: { failed: number; lastError?: string | undefined },
  context: BreakerContext,
): Breaker {
  if (breaker.kind !== 'closed') return breaker;
  const cause = `${failed} health checks in a row failed`;
  return openedFor(breaker, { cause, ...requestedBy({ lastError }) }, context);
}

/** Applies the passage of time. */
export function tick(breaker: Breaker, context: BreakerContext): Breaker {
  const { now, policy } = context;
  if (breaker.kind === 'open' && now >= breaker.until) {
    const counts = { running: 0, passed: 0, failed: 0 };
    return { kind: 'half_open', since: now, ...outageOf(breaker), ...counts, triedAt: now };
  }
  if (breaker.kind !== 'half_open' || breaker.running === 0) return breaker;
  if (now - breaker.triedAt < policy.trialTimeoutMs) return breaker;
  return reopened(
    breaker,
    { failed: breaker.running, lastError: 'a trial call had no result' },
    context,
  );
}

export interface Admitted {
  readonly breaker: HalfOpenBreaker;
  readonly call: 'read' | 'any';
}

/** Allows one more trial call, if one is due. */
export function admitTrial(breaker: Breaker, context: BreakerContext): Admitted | undefined {
  if (breaker.kind !== 'half_open') return undefined;
  const { running, passed } = breaker;
  const atOnce = passed === 0 ? 1 : context.policy.trialCalls - passed;
  if (running >= atOnce) return undefined;
  return {
    breaker: { ...breaker, running: running + 1, triedAt: context.now },
    call: passed === 0 ? 'read' : 'any',
  };
}

/**
 * A trial call of the period that began at `period` has ended; `none`: the call may be repeated.
 */
export function tried(
  breaker: Breaker,
  {
    period,
    healthSignal,
    lastError,
  }: { period: number; healthSignal: HealthSignal; lastError?: string },
  context: BreakerContext,
): Breaker {
  if (breaker.kind !== 'half_open' || breaker.since !== period) return breaker;
  const { trialCalls, failureShare } = context.policy;
  const running = breaker.running - 1;
  if (healthSignal === 'none') return { ...breaker, running };
  const passed = breaker.passed + (healthSignal === 'good' ? 1 : 0);
  const failed = breaker.failed + (healthSignal === 'bad' ? 1 : 0);
  if (failed > 0 && (passed === 0 || failed >= trialCalls * failureShare)) {
    return reopened(breaker, { failed, lastError }, context);
  }
  if (passed >= trialCalls) return closedBreaker(context.now, breaker.openings);
  return { ...breaker, running, passed, failed, ...requestedBy({ lastError }) };
}

export type BreakerAct = 'open' | 'close' | 'reset';

/** `close` keeps the number of its recent openings, `reset` does not. */
export function actedOn(breaker: Breaker, act: BreakerAct, now: number): Breaker {
  switch (act) {
    case 'open':
      return breaker.kind === 'forced' ? breaker : { kind: 'forced', since: now };
    case 'close':
      return breaker.kind === 'closed'
        ? breaker
        : closedBreaker(now, breaker.kind === 'forced' ? 0 : breaker.openings);
    case 'reset':
      return closedBreaker(now);
  }
}

/** The state that an earlier run stored, by a clock that may have been set since. */
export function revived(
  { until, ...outage }: Pick<OpenBreaker, 'until'> & Outage,
  { now, policy }: BreakerContext,
): OpenBreaker {
  const bounded = Math.min(until, now + policy.coolOffCapMs);
  return { kind: 'open', since: now, until: bounded, ...outage };
}

/** Its calls are refused or held: only trial calls are sent. */
export function isShut(breaker: Breaker): boolean {
  return breaker.kind !== 'closed';
}

/** Its node has answered a read: new work may be tried on it. */
export function isTrying(breaker: Breaker): boolean {
  return breaker.kind === 'half_open' && breaker.passed > 0;
}

/** The reason why a breaker is not closed, without its present state. */
export function outageOf({ openings, cause, lastError, trialsFailed }: Outage): Outage {
  return { openings, cause, trialsFailed, ...requestedBy({ lastError }) };
}

/** Trial calls have failed: the first cause stays. */
function reopened(
  breaker: HalfOpenBreaker,
  { failed, lastError }: { failed: number; lastError?: string | undefined },
  context: BreakerContext,
): OpenBreaker {
  const outage = outageOf(breaker);
  const openings = outage.openings + 1;
  const trialsFailed = outage.trialsFailed + failed;
  return opened({ ...outage, openings, trialsFailed, ...requestedBy({ lastError }) }, context);
}

function openedFor(
  { since, openings }: ClosedBreaker,
  why: Pick<Outage, 'cause' | 'lastError'>,
  context: BreakerContext,
): OpenBreaker {
  const isSteady = context.now - since >= STEADY_CAPS * context.policy.coolOffCapMs;
  return opened({ openings: isSteady ? 1 : openings + 1, trialsFailed: 0, ...why }, context);
}

function opened(outage: Outage, { now, random, policy }: BreakerContext): OpenBreaker {
  // Half of the time is random: the breakers of many daemons must not try at the same time.
  const ceiling = Math.min(policy.coolOffCapMs, policy.coolOffMs * 2 ** (outage.openings - 1));
  const until = now + ceiling * (0.5 + random() / 2);
  return { kind: 'open', since: now, until, ...outage };
}

function requestedBy({ lastError }: { lastError?: string | undefined }): { lastError?: string } {
  return lastError === undefined ? {} : { lastError };
}

function causeOf(
  failuresInRow: number,
  { calls, failures, slow }: Tally,
  policy: BreakerPolicy,
): string | undefined {
  if (failuresInRow >= policy.failuresInRow) return `${failuresInRow} failures in a row`;
  if (calls < policy.volumeMin) return undefined;
  const within = `in ${policy.windowMs / 1000} s`;
  if (failures >= calls * policy.failureShare) {
    return `${failures} of ${calls} calls failed ${within}`;
  }
  return slow >= calls * policy.slowShare
    ? `${slow} of ${calls} calls were slow ${within}`
    : undefined;
}
