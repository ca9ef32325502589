import type { ListFilter } from '../port.ts';
import type { Row } from './rows.ts';

export function matches(filter: ListFilter, row: Row): boolean {
  const { op, groupId, nodes, acceptedAt } = row.command;
  return (
    (filter.states === undefined || filter.states.includes(row.state)) &&
    (filter.stuck === undefined || filter.stuck === row.stuck) &&
    (filter.op === undefined || filter.op === op) &&
    (filter.groupId === undefined || filter.groupId === groupId) &&
    (filter.node === undefined || nodes.includes(filter.node)) &&
    (filter.acceptedSince === undefined || acceptedAt >= filter.acceptedSince) &&
    (filter.acceptedBefore === undefined || acceptedAt < filter.acceptedBefore)
  );
}
