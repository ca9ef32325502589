/** A breaker as a value in the journal, so that a restart does not forget an outage. */
import {
  type Breaker,
  type BreakerContext,
  type ForcedBreaker,
  outageOf,
  revived,
} from '../../core/breaker/breaker.ts';

const PREFIX = 'breaker/';

/** The name of a node's value. */
export function valueName(node: string): string {
  return PREFIX + node;
}

/** The node of a value; undefined if the value is no breaker. */
export function nodeOfValue(name: string): string | undefined {
  return name.startsWith(PREFIX) ? name.slice(PREFIX.length) : undefined;
}

/** Undefined for a closed breaker: it needs no value. A half-open one is stored as open until now. */
export function encodeBreaker(breaker: Breaker): string | undefined {
  switch (breaker.kind) {
    case 'closed':
      return undefined;
    case 'forced':
      return JSON.stringify({ kind: 'forced', since: breaker.since });
    case 'open':
    case 'half_open': {
      const until = breaker.kind === 'open' ? breaker.until : breaker.since;
      return JSON.stringify({ kind: 'open', until, ...outageOf(breaker) });
    }
  }
}

/** Undefined if the value is corrupt. */
export function decodeBreaker(word: string, context: BreakerContext): Breaker | undefined {
  const value = parse(word);
  if (value['kind'] === 'forced') return forced(value['since'], context.now);
  const { until, openings, cause, lastError, trialsFailed } = value;
  if (value['kind'] !== 'open' || typeof cause !== 'string') return undefined;
  if (!isNumber(until) || !isNumber(openings) || openings < 1) return undefined;
  const outage = {
    openings,
    cause,
    // Values of an earlier version have neither.
    trialsFailed: isNumber(trialsFailed) ? trialsFailed : 0,
    ...(typeof lastError === 'string' ? { lastError } : {}),
  };
  return revived({ until, ...outage }, context);
}

function forced(since: unknown, now: number): ForcedBreaker {
  return { kind: 'forced', since: isNumber(since) ? Math.min(since, now) : now };
}

function parse(word: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(word) ?? {};
  } catch {
    return {};
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
