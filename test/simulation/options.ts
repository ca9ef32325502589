/** The coordinator's options in one run of a history. */
import type { CoordinatorOptions } from '../../src/coordinator/ports.ts';
import { keyCheck } from '../../src/node/dialect/keys.ts';
import type { Plan } from './plan.ts';

interface Lived {
  readonly plan: Plan;
  /** Of the run. */
  readonly number: number;
  /** The configured nodes of the run. */
  readonly nodeNames: readonly string[];
}

export function optionsOf({ plan, number, nodeNames }: Lived): CoordinatorOptions {
  return {
    policy: plan.policy,
    breaker: plan.breaker,
    nodeNames,
    unroutable: keyCheck(plan.dialect),
    executors: plan.executors,
    concurrency: plan.concurrency,
    interactiveShare: 0.75,
    openMax: plan.openMax,
    defaultDeadlineMs: plan.defaultDeadlineMs,
    retentionMs: plan.retentionMs,
    auditEveryMs: 0,
    healthCheckEveryMs: 0,
    misfitOf: () => undefined,
    recordBytesMax: 1000,
    heldBytesMax: 100_000,
    recordRetentionMs: plan.retentionMs,
    isUnprotected: false,
    publishesEvents: true,
    version: '0',
    pid: number,
  };
}

/** Of the configured nodes. */
export function outlivingOf({ outliving }: Plan, nodeNames: readonly string[]): Plan['outliving'] {
  return Object.fromEntries(Object.entries(outliving).filter(([name]) => nodeNames.includes(name)));
}
