import type { Order } from '../../src/protocol/work.ts';

/** An order in the course of a history. */
export function toldOf(order: Order): string {
  if (order.kind !== 'drive') return JSON.stringify(order);
  const { command, entries, inherited } = order;
  return `drive ${command.id} ${JSON.stringify({ entries, inherited })}`;
}
