import type { Settlement } from '../../core/model.ts';
import type { LatestSettled } from '../port.ts';
import { priorOf } from '../prior.ts';
import type { Row } from './rows.ts';

interface Settled extends Pick<Row, 'command' | 'lived'> {
  readonly settlement: Settlement;
}

/** The latest settled command of a key after its last committed one that was not refused. */
export function latestSettledOf(
  { command: { op }, settlement, lived }: Settled,
  committed: LatestSettled['committed'],
): LatestSettled | undefined {
  const { state } = settlement;
  if (state === 'committed') return { committed: { op, lived } };
  const before = committed === undefined ? undefined : { committed };
  if (state !== 'rolled_back') return before;
  return { ...before, rolledBack: { prior: priorOf(settlement), lived } };
}
