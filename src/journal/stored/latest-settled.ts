/** What the latest settled commands of a key say of it. */
import type { LatestSettled, StoredCommand } from '../port.ts';
import { priorOf } from '../prior.ts';

/**
 * @param rows settled commands of one key, newest first; it reads no more of them than it needs
 * @throws JournalError `damaged`, as `read`
 */
export function latestOf<Row extends { readonly lived: number }>(
  rows: Iterable<Row>,
  read: (row: Row) => StoredCommand,
): LatestSettled {
  let rolledBack: LatestSettled['rolledBack'];
  let isLatest = true;
  for (const row of rows) {
    const { command, state, settlement } = read(row);
    const { lived } = row;
    if (state === 'refused') continue;
    if (state === 'committed') {
      const committed = { op: command.op, lived };
      return rolledBack === undefined ? { committed } : { committed, rolledBack };
    }
    if (isLatest && state === 'rolled_back' && settlement !== undefined)
      rolledBack = { prior: priorOf(settlement), lived };
    isLatest = false;
  }
  return rolledBack === undefined ? {} : { rolledBack };
}
