/** A cluster in trouble, as an operator meets it: one command is stuck, one was refused, one lane is paused. */

import { until } from '../../observe/support/until.ts';
import type { Cluster } from '../../support/cluster.ts';

export const SETTINGS = {
  LOCKSTEP_REQUEST_TIMEOUT_MS: '300',
  LOCKSTEP_QUIESCE_MS: '600',
  LOCKSTEP_BACKOFF_CAP_MS: '60000',
  LOCKSTEP_STUCK_AFTER_MS: '400',
};
/** Not HTML, wherever it is shown. */
export const HOSTILE = '<img src=x onerror=alert(1)>';

/** It cannot be rolled back before node03 allows deletes of its key again. */
export async function stickOne({ sim, client }: Cluster, id = 'stuck-1'): Promise<void> {
  await sim.setFaults('node01', { forceStatus: 403, on: ['create'], groupIds: [id] });
  await sim.setFaults('node03', { errorBefore: 1, on: ['delete'], groupIds: [id] });
  await client.create(id, { id, wait: 'accepted' });
  await until(async () => 'stuck' in (await client.status(id)));
}
