import type { Breaker } from '../core/breaker.ts';
import type { BreakerView } from '../protocol/answer.ts';

/** A breaker as clients see it, but for what it alone does not know. */
export function breakerView(breaker: Breaker, now: number): Omit<BreakerView, 'openings'> {
  const since = new Date(breaker.since).toISOString();
  switch (breaker.kind) {
    case 'closed':
      return { state: 'closed', isOpen: false, since };
    case 'forced':
      return { state: 'open', isOpen: true, since, forced: true };
    case 'half_open':
      return { state: 'half_open', isOpen: false, since, cause: breaker.cause };
    case 'open': {
      const { until, cause } = breaker;
      const nextTrialInMs = Math.max(0, Math.ceil(until - now));
      const nextTrialAt = new Date(until).toISOString();
      return { state: 'open', isOpen: true, since, cause, nextTrialAt, nextTrialInMs };
    }
  }
}
