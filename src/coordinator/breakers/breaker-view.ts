import type { Breaker, Outage } from '../../core/breaker/breaker.ts';
import type { BreakerView } from '../../protocol/answer.ts';

/** A breaker as clients see it, but for what it alone does not know. */
export function breakerView(breaker: Breaker, now: number): Omit<BreakerView, 'openings'> {
  const since = new Date(breaker.since).toISOString();
  switch (breaker.kind) {
    case 'closed':
      return { state: 'closed', isOpen: false, since };
    case 'forced':
      return { state: 'open', isOpen: true, since, forced: true };
    case 'half_open':
      return { state: 'half_open', isOpen: false, since, ...outageView(breaker) };
    case 'open': {
      const { until } = breaker;
      const nextTrialInMs = Math.max(0, Math.ceil(until - now));
      const nextTrialAt = new Date(until).toISOString();
      return {
        state: 'open',
        isOpen: true,
        since,
        ...outageView(breaker),
        nextTrialAt,
        nextTrialInMs,
      };
    }
  }
}

function outageView({ cause, lastError, trialsFailed }: Outage) {
  const last = lastError === undefined ? {} : { lastError };
  return { cause, ...last, ...(trialsFailed === 0 ? {} : { trialsFailed }) };
}

/** Why a breaker is not closed, in one line for people. */
export function outageText({ cause, lastError }: Pick<BreakerView, 'cause' | 'lastError'>): string {
  if (cause === undefined) return 'an operator opened it';
  return lastError === undefined ? cause : `${cause}; the last: ${lastError}`;
}
