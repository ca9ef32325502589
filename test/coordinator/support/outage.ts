/** Reports of executors about a node that is down, and about its trials, by hand. */
import type { BreakerView, SummaryAnswer } from '../../../src/protocol/answer.ts';
import type { WorkReport } from '../../../src/protocol/work.ts';
import type { Harness } from './harness.ts';

/** So many failures in a row, and no success. */
export function failing(node: string, failures = 10): WorkReport {
  const sample = { calls: failures, failures, slow: 0, failuresInRow: failures };
  return { kind: 'health', nodes: { [node]: sample } };
}

export async function opened(harness: Harness, node = 'node02'): Promise<void> {
  harness.report(failing(node));
  await harness.rest();
}

/** The result of the latest trial order. */
export async function answerTrial(
  harness: Harness,
  healthSignal: Extract<WorkReport, { kind: 'tried' }>['healthSignal'],
): Promise<void> {
  const order = harness.ordersOf('try').at(-1);
  if (order === undefined) throw new Error('no trial was ordered');
  const { node, period } = order;
  harness.report({ kind: 'tried', node, period, healthSignal });
  await harness.rest();
}

/** The breakers, as `breaker` shows them. */
export async function breakersOf(harness: Harness): Promise<Readonly<Record<string, BreakerView>>> {
  const asked = harness.ask({ op: 'breaker' });
  await harness.rest();
  if (!('breakers' in asked.answer)) throw new Error('no breakers were shown');
  return asked.answer.breakers;
}

/** The lanes, as `status` shows them. */
export async function lanesOf(harness: Harness): Promise<SummaryAnswer['lanes']> {
  const asked = harness.ask({ op: 'status' });
  await harness.rest();
  for (const { ticket } of harness.ordersOf('report')) {
    harness.report({ kind: 'answered', ticket, value: { of: 'report', nodes: {} } });
  }
  await harness.rest();
  return (asked.answer as SummaryAnswer).lanes;
}
