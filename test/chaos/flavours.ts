/** The simulator's own faults, of every kind; their late effects land within `LATE_MS_MAX`. */
import { FAULT_KINDS, type Faults } from '../../src/nodesim/faults/schema.ts';
import { LATE_MS_MAX } from './times.ts';

export const RANDOM_BEHAVIOR = '0.1';

/**
 * For a daemon with only these faults: an effect lands at most 1 s after its request, which is 500
 * ms after the request timed out.
 */
export const SETTINGS = {
  LOCKSTEP_REQUEST_TIMEOUT_MS: '500',
  LOCKSTEP_QUIESCE_MS: '2000',
  LOCKSTEP_BACKOFF_CAP_MS: '500',
  LOCKSTEP_STUCK_AFTER_MS: '3000',
  // These nodes fail more than one call in three all the time, which is no outage here. A spell is
  // an outage, and short.
  LOCKSTEP_BREAKER_FAILURE_SHARE: '0.7',
  LOCKSTEP_BREAKER_COOL_OFF_MS: '200',
  LOCKSTEP_BREAKER_COOL_OFF_CAP_MS: '1000',
};

const EVERY_KIND: Faults = {
  errorBefore: 0.04,
  errorAfter: 0.05,
  resetBefore: 0.02,
  resetAfter: 0.03,
  noAnswer: 0.02,
  late: 0.03,
  lateMs: [50, LATE_MS_MAX],
  slow: 0.05,
  slowMs: [10, 0.9 * LATE_MS_MAX],
  garbage: 0.03,
  lostRoute: 0.03,
};

/** By node: other rates of the same faults. */
export const FLAVOURS: Readonly<Record<string, Faults>> = {
  node01: EVERY_KIND,
  node02: { ...EVERY_KIND, lateAnswer: 'reset', slowEffect: 'after' },
  node03: { ...EVERY_KIND, noAnswer: 0.01, errorAfter: 0.1 },
};

/** For setups in which nodes have further faults, so that they still do some work. */
const RARE = 0.4;
export const RARE_RANDOM_BEHAVIOR = String(RARE * Number(RANDOM_BEHAVIOR));
export const RARE_FLAVOURS = Object.fromEntries(
  Object.entries(FLAVOURS).map(([node, faults]) => [node, rarely(faults)]),
);

function rarely(faults: Faults): Faults {
  const rates = FAULT_KINDS.map((kind) => [kind, RARE * (faults[kind] ?? 0)]);
  return { ...faults, ...(Object.fromEntries(rates) as Faults) };
}
