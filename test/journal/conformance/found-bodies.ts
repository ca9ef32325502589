import { expect, test } from 'vitest';
import { SMALL_BODY_MAX } from '../../../src/core/stored-bodies.ts';
import { type Driver, lives } from '../support/driver.ts';
import { accepted, aSettlement, batch, T0 } from '../support/writes.ts';

const LARGE = `é"\\\u0000${'x'.repeat(SMALL_BODY_MAX)}`;
const FINDINGS = {
  node01: { presence: 'present', body: LARGE, encoding: 'base64', dropped: ['a'], shown: false },
  node02: { presence: 'present', body: '{"small":1}', token: '1.5', shown: true },
  node03: { presence: 'absent' },
} as const;

export function foundBodies(driver: Driver): void {
  const life = lives(driver);
  const bodyOf = (node: string, seq = 1) => life.journal.foundBody(seq, node);
  const begin = () =>
    life.journal.commit(
      batch({
        accept: [accepted(1, { op: 'delete' })],
        begin: [{ seq: 1, at: T0, findings: FINDINGS }],
      }),
    );

  test('P2: a large record that a survey found comes back as it was, by its node, after a restart too', async () => {
    await begin();
    await life.restart();
    expect(await bodyOf('node01')).toBe(LARGE);
    for (const other of ['node02', 'node03', 'node04']) expect(await bodyOf(other)).toBeUndefined();
    expect(await bodyOf('node01', 2)).toBeUndefined();
  });

  test('P9: an open command is loaded without large records, and with all else that was found', async () => {
    await begin();
    await life.restart();
    const [open] = await life.journal.load(0, 10);
    const { body: _, ...light } = FINDINGS.node01;
    const findings = { ...FINDINGS, node01: { ...light, stored: true } };
    expect(open?.entries).toEqual([{ kind: 'began', at: T0, findings }]);
  });

  test('a settled command leaves no record of its survey', async () => {
    await begin();
    await life.journal.commit(batch({ settle: [{ seq: 1, settlement: aSettlement() }] }));
    expect(await bodyOf('node01')).toBeUndefined();
  });
}
