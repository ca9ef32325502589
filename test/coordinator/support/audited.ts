/** A coordinator over three simulated nodes, and audits of them. */
import { expect } from 'vitest';
import type { AuditAnswer } from '../../../src/protocol/answer.ts';
import type { AuditInput } from '../../../src/protocol/request.ts';
import { crewOf } from './crew.ts';
import { type Desk, type DeskSetting, openDesk } from './desk.ts';
import { SimNode } from './sim-node.ts';

export const NAMES = ['node01', 'node02', 'node03'] as const;
/** A record that nobody here has made. */
export const STRAY = { body: '{}', token: '9.000009' };

export type Nodes = Readonly<Record<(typeof NAMES)[number], SimNode>>;

export async function openCluster({
  lists = true,
  ...setting
}: DeskSetting & { lists?: boolean } = {}) {
  const desk = await openDesk({ ...setting });
  const nodes = Object.fromEntries(NAMES.map((name) => [name, new SimNode(desk.clock)])) as Nodes;
  crewOf(desk, nodes, { lists });
  return { desk, nodes };
}

/** Has the commands done, one after the other. */
export async function done(desk: Desk, op: 'create' | 'delete', ...keys: string[]): Promise<void> {
  for (const groupId of keys) {
    const asked = desk.ask({ op, groupId });
    await desk.advance(20);
    expect(asked.answer).toMatchObject({ state: 'committed' });
  }
}

export async function audit(desk: Desk, fields: Omit<AuditInput, 'op'> = {}): Promise<AuditAnswer> {
  const asked = desk.ask({ op: 'audit', ...fields });
  await desk.advance(2000);
  return asked.answer as AuditAnswer;
}

export function recordsOf(nodes: Nodes): readonly (readonly string[])[] {
  return Object.values(nodes).map(({ records }) => [...records.keys()].sort());
}
