/** A coordinator over three simulated nodes, and audits of them. */
import { expect } from 'vitest';
import type { AuditAnswer } from '../../../src/protocol/answer.ts';
import type { AuditInput } from '../../../src/protocol/input/request-input.ts';
import { crewOf } from './crew.ts';
import { type Harness, type HarnessSetting, openHarness } from './harness.ts';
import { SimNode } from './sim-node.ts';

export const NAMES = ['node01', 'node02', 'node03'] as const;
/** A record that nobody here has made. */
export const STRAY = { body: '{}', token: '9.000009' };

export type Nodes = Readonly<Record<(typeof NAMES)[number], SimNode>>;

export async function openCluster({
  lists = true,
  ...setting
}: HarnessSetting & { lists?: boolean } = {}) {
  const harness = await openHarness({ ...setting });
  const nodes = Object.fromEntries(
    NAMES.map((name) => [name, new SimNode(harness.clock)]),
  ) as Nodes;
  crewOf(harness, nodes, { lists });
  return { harness, nodes };
}

/** Has the commands done, one after the other. */
export async function done(
  harness: Harness,
  op: 'create' | 'delete',
  ...keys: string[]
): Promise<void> {
  for (const groupId of keys) {
    const asked = harness.ask({ op, groupId });
    await harness.advance(20);
    expect(asked.answer).toMatchObject({ state: 'committed' });
  }
}

export async function audit(
  harness: Harness,
  fields: Omit<AuditInput, 'op'> = {},
): Promise<AuditAnswer> {
  const asked = harness.ask({ op: 'audit', ...fields });
  await harness.advance(2000);
  return asked.answer as AuditAnswer;
}

export function recordsOf(nodes: Nodes): readonly (readonly string[])[] {
  return Object.values(nodes).map(({ records }) => [...records.keys()].sort());
}
