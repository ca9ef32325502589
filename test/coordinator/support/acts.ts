/** Acts of operators, asked for and listed. */
import type { ActsAnswer } from '../../../src/protocol/act.ts';
import type { ActsInput } from '../../../src/protocol/input/request-input.ts';
import type { Harness } from './harness.ts';

export const BY = { by: 'ann@bastion' };
/** How an act of theirs is shown. */
export const ANN = { by: 'ann@bastion (unverified)', proven: false, door: 'zeromq' } as const;

export async function actsOf(harness: Harness, filter: Omit<ActsInput, 'op'> = {}) {
  const asked = harness.ask({ op: 'acts', ...filter });
  await harness.rest();
  return (asked.answer as ActsAnswer).acts;
}

/** Both lanes are paused; these deletes wait. The pause is act 1. */
export async function waiting(harness: Harness, ...ids: readonly string[]): Promise<void> {
  harness.ask({ op: 'pause' });
  await harness.rest();
  for (const id of ids) harness.ask({ op: 'delete', id, groupId: id, deadlineMs: 3_600_000 });
  await harness.rest();
}
