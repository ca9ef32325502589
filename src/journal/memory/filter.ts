import type { ListFilter, Moment } from '../port.ts';
import type { Row } from './rows.ts';

export function matches(filter: ListFilter, row: Row): boolean {
  const { op, lane, groupId, nodes } = row.command;
  return (
    (filter.states === undefined || filter.states.includes(row.state)) &&
    (filter.stuck === undefined || filter.stuck === row.stuck) &&
    (filter.parked === undefined || filter.parked === (row.held === 'parked')) &&
    (filter.op === undefined || filter.op === op) &&
    (filter.lane === undefined || filter.lane === lane) &&
    (filter.groupId === undefined || filter.groupId === groupId) &&
    (filter.idPrefix === undefined || row.command.id.startsWith(filter.idPrefix)) &&
    (filter.node === undefined || nodes.includes(filter.node)) &&
    (filter.acceptedSince === undefined || !isBefore(row, filter.acceptedSince)) &&
    (filter.acceptedBefore === undefined || isBefore(row, filter.acceptedBefore))
  );
}

function isBefore({ command, lived }: Row, moment: Moment): boolean {
  return command.acceptedAt < moment.at || lived < moment.lived;
}
