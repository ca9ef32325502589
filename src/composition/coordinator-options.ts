/** The options of the coordinator, from the data of its thread: the dialect's rules become functions. */
import type { CoordinatorOptions } from '../coordinator/ports.ts';
import type { CoordinatorData } from '../coordinator/thread.ts';
import { recordCheck } from '../node/dialect/content/record-place.ts';
import { foldKey } from '../node/dialect/fold.ts';
import { keyCheck } from '../node/dialect/keys.ts';

export function optionsOf(data: CoordinatorData): CoordinatorOptions {
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
    recordBytesMax,
    heldBytesMax,
    recordRetentionMs,
    executors: data.executors.length,
    concurrency: data.concurrency,
    interactiveShare: data.interactiveShare,
    openMax: data.openMax,
    defaultDeadlineMs: data.defaultDeadlineMs,
    retentionMs: data.retentionMs,
    version: data.version,
    pid: process.pid,
  };
}
