/** What executors would say of a node that is away, and of its trials, by hand. */
import type { BreakerView, SummaryAnswer } from '../../../src/protocol/answer.ts';
import type { WorkReport } from '../../../src/protocol/work.ts';
import type { Desk } from './desk.ts';

/** So many failures in a row, and no success. */
export function failing(node: string, failures = 10): WorkReport {
  const sample = { calls: failures, failures, slow: 0, failuresInRow: failures };
  return { kind: 'health', nodes: { [node]: sample } };
}

export async function opened(desk: Desk, node = 'node02'): Promise<void> {
  desk.report(failing(node));
  await desk.rest();
}

/** The result of the latest trial order. */
export async function answerTrial(
  desk: Desk,
  healthSignal: Extract<WorkReport, { kind: 'tried' }>['healthSignal'],
): Promise<void> {
  const order = desk.ordersOf('try').at(-1);
  if (order === undefined) throw new Error('no trial was ordered');
  const { node, period } = order;
  desk.report({ kind: 'tried', node, period, healthSignal });
  await desk.rest();
}

/** The breakers, as `breaker` shows them. */
export async function breakersOf(desk: Desk): Promise<Readonly<Record<string, BreakerView>>> {
  const asked = desk.ask({ op: 'breaker' });
  await desk.rest();
  if (!('breakers' in asked.answer)) throw new Error('no breakers were shown');
  return asked.answer.breakers;
}

/** The lanes, as `status` shows them. */
export async function lanesOf(desk: Desk): Promise<SummaryAnswer['lanes']> {
  const asked = desk.ask({ op: 'status' });
  await desk.rest();
  for (const { ticket } of desk.ordersOf('report')) {
    desk.report({ kind: 'answered', ticket, value: { of: 'report', nodes: {} } });
  }
  await desk.rest();
  return (asked.answer as SummaryAnswer).lanes;
}
