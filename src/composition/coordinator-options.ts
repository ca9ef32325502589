/** The options of the coordinator, from the data of its thread: the dialect's rules become functions. */
import type { CoordinatorOptions } from '../coordinator/ports.ts';
import { recordCheck } from '../node/dialect/content/record-place.ts';
import type { Dialect } from '../node/dialect/dialect.ts';
import { foldKey } from '../node/dialect/fold.ts';
import { keyCheck } from '../node/dialect/keys.ts';

type Made = 'unroutable' | 'fold' | 'misfitOf' | 'executors' | 'pid';

interface OptionsData extends Omit<CoordinatorOptions, Made> {
  readonly dialect: Dialect;
  /** One for each executor. */
  readonly executors: readonly unknown[];
}

export function optionsOf(data: OptionsData): CoordinatorOptions {
  const faultOf = keyCheck(data.dialect);
  const { fold } = data.dialect.keys;
  const { recordBytesMax, heldBytesMax, recordRetentionMs } = data;
  return {
    policy: data.policy,
    breaker: data.breaker,
    nodeNames: data.nodeNames,
    ...(data.nodesBefore === undefined ? {} : { nodesBefore: data.nodesBefore }),
    unroutable: (groupId) => {
      const fault = faultOf(groupId);
      return fault === undefined ? undefined : `groupId ${fault}`;
    },
    ...(fold === null ? {} : { fold: (groupId: string) => foldKey(groupId, fold) }),
    misfitOf: recordCheck(data.dialect),
    comparesContent: (data.dialect.record.content ?? null) !== null,
    recordBytesMax,
    heldBytesMax,
    recordRetentionMs,
    executors: data.executors.length,
    concurrency: data.concurrency,
    interactiveShare: data.interactiveShare,
    openMax: data.openMax,
    defaultDeadlineMs: data.defaultDeadlineMs,
    retentionMs: data.retentionMs,
    auditEveryMs: data.auditEveryMs,
    healthCheckEveryMs: data.dialect.health === null ? 0 : data.healthCheckEveryMs,
    isUnprotected: data.isUnprotected,
    publishesEvents: data.publishesEvents,
    version: data.version,
    pid: process.pid,
  };
}
