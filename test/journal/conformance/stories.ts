import { expect, test } from 'vitest';
import type { Finding } from '../../../src/core/model.ts';
import type { AppendWrite } from '../../../src/journal/port.ts';
import { type Driver, lives } from '../support/driver.ts';
import { accepted, aSettlement, batch, begun, T0 } from '../support/writes.ts';

const FINDINGS: Readonly<Record<string, Finding>> = {
  node01: { presence: 'absent' },
  node02: { presence: 'present', body: '{"groupId":"5"}', token: '17.000001', shown: true },
  node03: { presence: 'present', body: '{}', shown: false },
  node04: {
    presence: 'present',
    body: '//4A',
    encoding: 'base64',
    dropped: ['etag', 'a,b', 'z\uFFFD'],
    shown: false,
  },
};

const TURNED: AppendWrite['entries'] = [
  { kind: 'node_turned', at: T0 + 1.5, node: 'node02', direction: 'prior' },
  { kind: 'node_turned', at: T0 + 2, node: 'node02', direction: 'want' },
  { kind: 'turned', at: T0 + 3, reason: 'node_refused' },
];

export function stories(driver: Driver): void {
  const life = lives(driver);

  test('P2: a beginning keeps what the survey found, after a restart too', async () => {
    await life.journal.commit(batch({ accept: [accepted(1)] }));
    await life.journal.commit(batch({ begin: [{ seq: 1, at: T0, findings: FINDINGS }] }));
    await life.restart();
    const [open] = await life.journal.load(0, 1);
    expect(open?.entries).toEqual([{ kind: 'began', at: T0, findings: FINDINGS }]);
    expect(await life.journal.find('id-1')).toMatchObject({ state: 'applying' });
  });

  test('P2: a beginning without a survey has no findings', async () => {
    await life.journal.commit(batch({ accept: [accepted(1)] }));
    await life.journal.commit(batch({ begin: [{ seq: 1, at: T0 }] }));
    const [open] = await life.journal.load(0, 1);
    expect(open?.entries).toEqual([{ kind: 'began', at: T0 }]);
  });

  test('a command that waits has no entries', async () => {
    await life.journal.commit(batch({ accept: [accepted(1)] }));
    expect((await life.journal.load(0, 1))[0]?.entries).toEqual([]);
  });

  test('P2: changes of direction come back in the order of their writes', async () => {
    await life.journal.commit(batch({ accept: [accepted(1), begun(2)] }));
    await life.journal.commit(batch({ begin: [{ seq: 1, at: T0, findings: FINDINGS }] }));
    const [first, ...rest] = TURNED;
    await life.journal.commit(batch({ append: [{ seq: 1, entries: first ? [first] : [] }] }));
    await life.journal.commit(
      batch({
        append: [
          { seq: 2, entries: TURNED },
          { seq: 1, entries: rest },
          { seq: 2, entries: [{ kind: 'stuck', at: T0 + 4 }] },
        ],
      }),
    );
    await life.restart();
    const [one, two] = await life.journal.load(0, 10);
    expect(one?.entries).toEqual([{ kind: 'began', at: T0, findings: FINDINGS }, ...TURNED]);
    expect(two?.entries).toEqual([
      { kind: 'began', at: two?.command.acceptedAt },
      ...TURNED,
      { kind: 'stuck', at: T0 + 4 },
    ]);
  });

  test('one batch may carry the whole story of a command', async () => {
    await life.journal.commit(
      batch({
        accept: [accepted(1)],
        begin: [{ seq: 1, at: T0, findings: FINDINGS }],
        append: [{ seq: 1, entries: TURNED }],
        settle: [{ seq: 1, settlement: aSettlement({ state: 'rolled_back' }) }],
      }),
    );
    expect(await life.journal.find('id-1')).toMatchObject({ state: 'rolled_back' });
    expect(await life.journal.load(0, 10)).toEqual([]);
  });

  test('a node that turned alone does not turn its command; a turned command says why', async () => {
    await life.journal.commit(batch({ accept: [begun(1)] }));
    const [alone] = TURNED;
    await life.journal.commit(batch({ append: [{ seq: 1, entries: alone ? [alone] : [] }] }));
    expect(await life.journal.find('id-1')).not.toHaveProperty('reason');
    expect(await life.journal.find('id-1')).toMatchObject({ state: 'applying' });
    await life.journal.commit(batch({ append: [{ seq: 1, entries: TURNED.slice(2) }] }));
    expect(await life.journal.find('id-1')).toMatchObject({
      state: 'compensating',
      reason: 'node_refused',
      stuck: false,
    });
  });

  test('P5: a stuck command is flagged until it settles', async () => {
    await life.journal.commit(batch({ accept: [begun(1)] }));
    await life.journal.commit(
      batch({ append: [{ seq: 1, entries: [...TURNED, { kind: 'stuck', at: T0 + 9 }] }] }),
    );
    expect(await life.journal.find('id-1')).toMatchObject({ state: 'compensating', stuck: true });
    const settlement = aSettlement({ state: 'abandoned' });
    await life.journal.commit(batch({ settle: [{ seq: 1, settlement }] }));
    const found = await life.journal.find('id-1');
    expect(found).toMatchObject({ state: 'abandoned', stuck: false, reason: 'node_refused' });
    expect(found?.settlement).toEqual(settlement);
  });

  test('P3: a settlement comes back as it was written', async () => {
    const full = aSettlement({
      state: 'rolled_back',
      reason: 'deadline',
      nodes: {
        node01: { state: 'unknown', attempts: 0 },
        'nöde"2': { state: 'absent', attempts: 9 },
      },
      loose: { node01: [{ effect: 'absent', until: T0 }], node02: [] },
      tokens: { node01: '1.000001' },
    });
    await life.journal.commit(batch({ accept: [begun(1)] }));
    await life.journal.commit(batch({ settle: [{ seq: 1, settlement: full }] }));
    await life.restart();
    const found = await life.journal.find('id-1');
    expect(found?.settlement).toEqual(full);
    expect(found).toMatchObject({ state: 'rolled_back', reason: 'deadline' });
  });

  test('a command may be refused while it waits', async () => {
    await life.journal.commit(batch({ accept: [accepted(1)] }));
    const settlement = aSettlement({ state: 'refused', reason: 'cancelled', nodes: {} });
    await life.journal.commit(batch({ settle: [{ seq: 1, settlement }] }));
    expect(await life.journal.find('id-1')).toMatchObject({ state: 'refused' });
  });
}
