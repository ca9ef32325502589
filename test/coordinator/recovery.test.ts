import { describe, expect, test } from 'vitest';
import { parseToken } from '../../src/core/token.ts';
import { openHarness, POLICY } from './support/harness.ts';
import { settled, turned } from './support/reports.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('recovery', () => {
  test('every open command is taken up where its durable entries leave it', async () => {
    const before = await openHarness();
    before.ask({ op: 'create', id: 'applying', groupId: '1' });
    before.ask({ op: 'create', id: 'turned', groupId: '2' });
    before.ask({ op: 'delete', id: 'surveyed', groupId: '3' });
    before.ask({ op: 'delete', id: 'accepted', groupId: '4' });
    await before.rest();
    const findings = { node01: { presence: 'present', body: '{}', shown: false } } as const;
    const began = { kind: 'began', at: before.clock.now(), findings } as const;
    before.report(turned(before, 'turned', 'cancelled'), {
      kind: 'entries',
      seq: before.seqOf('surveyed'),
      entries: [began],
    });
    await before.rest();
    const harness = await openHarness({ clock: before.clock, from: before.crash() });
    expect(harness.recovered).toBe(4);
    const drives = Object.fromEntries(
      harness
        .ordersOf('drive')
        .map(({ command, entries, inherited }) => [
          command.id,
          { kinds: entries.map(({ kind }) => kind), recovered: inherited !== undefined },
        ]),
    );
    expect(drives).toEqual({
      applying: { kinds: ['began'], recovered: true },
      turned: { kinds: ['began', 'turned'], recovered: true },
      surveyed: { kinds: ['began'], recovered: true },
      accepted: { kinds: [], recovered: false },
    });
    expect(
      harness.ordersOf('drive').find(({ command }) => command.id === 'surveyed'),
    ).toMatchObject({
      entries: [began],
    });
  });

  test('P6: a recovered command stands on its key before any new one', async () => {
    const before = await openHarness();
    for (const id of ['a', 'b']) before.ask({ op: 'create', id, groupId: '5' });
    await before.rest();
    const harness = await openHarness({ clock: before.clock, from: before.crash() });
    harness.ask({ op: 'create', id: 'c', groupId: '5' });
    for (const id of ['a', 'b', 'c']) {
      await harness.rest();
      expect(harness.driven.at(-1)).toBe(id);
      harness.report(settled(harness, id));
    }
    await harness.rest();
    expect(harness.driven).toEqual(['a', 'b', 'c']);
  });

  test('P4.5: loose requests of settled commands are loose again until start + quiesce', async () => {
    const before = await openHarness();
    before.ask({ op: 'create', id: 'a', groupId: '5' });
    await before.rest();
    const until = before.clock.now() + POLICY.quiesceMs;
    before.report(
      settled(before, 'a', {
        loose: { node01: [{ effect: 'present', token: '1.000000', until }] },
      }),
    );
    await before.rest();
    await before.advance(4000);
    const harness = await openHarness({ clock: before.clock, from: before.crash() });
    harness.ask({ op: 'delete', id: 'b', groupId: '5' });
    await harness.advance(4999);
    expect(harness.driven).toEqual([]);
    await harness.advance(1);
    expect(harness.driven).toEqual(['b']);
    await harness.advance(250);
    expect(await harness.journal.loadLoose(0, 10)).toEqual([]);
  });

  test('P4.4: an accepted command of an earlier life waits for them, too', async () => {
    const before = await openHarness();
    before.ask({ op: 'create', id: 'a', groupId: '5' });
    before.ask({ op: 'delete', id: 'b', groupId: '5' });
    await before.rest();
    const until = before.clock.now() + POLICY.quiesceMs;
    before.report(
      settled(before, 'a', {
        loose: { node01: [{ effect: 'present', token: '1.000000', until }] },
      }),
    );
    await before.rest();
    const harness = await openHarness({ clock: before.clock, from: before.crash() });
    expect(harness.driven).toEqual([]);
    await harness.advance(POLICY.quiesceMs);
    expect(harness.driven).toEqual(['b']);
  });

  test('numbers and tokens continue above the highest ever given, whatever the clock says', async () => {
    const before = await openHarness();
    before.ask({ op: 'create', id: 'a', groupId: '5' });
    await before.rest();
    const [first] = before.ordersOf('drive');
    const harness = await openHarness({ from: before.crash() });
    await harness.rest();
    harness.ask({ op: 'create', id: 'b', groupId: '6' });
    await harness.rest();
    const second = harness.ordersOf('drive').at(-1)?.command;
    expect(second?.seq).toBe((first?.command.seq ?? 0) + 1);
    expect(parseToken(second?.token ?? '')).toBe(parseToken(first?.command.token ?? '') + 1);
  });

  test('rollbacks go first and take no place; the rest shares the places by lane', async () => {
    const before = await openHarness({ concurrency: 1000, defaultDeadlineMs: DAY_MS });
    for (let index = 0; index < 300; index++) {
      before.ask({ op: 'create', id: `b${index}`, groupId: `b${index}`, lane: 'bulk' });
    }
    for (const id of ['r', 's']) before.ask({ op: 'create', id, groupId: id });
    await before.rest();
    before.report(turned(before, 'r'), turned(before, 's'));
    await before.rest();
    const from = before.crash();
    const harness = await openHarness({ clock: before.clock, from, concurrency: 2 });
    expect(harness.driven).toEqual(['r', 's', 'b0', 'b1']);
    harness.ask({ op: 'create', id: 'new', groupId: 'new' });
    await harness.rest();
    harness.report(settled(harness, 'b0'));
    await harness.rest();
    harness.report(settled(harness, 'b1'));
    await harness.rest();
    // 300 bulk commands of an earlier life do not delay it.
    expect(harness.driven).toContain('new');
  });

  test('P9: 3,000 rollbacks are handed out in bounded lots', async () => {
    const before = await openHarness({ concurrency: 5000, defaultDeadlineMs: DAY_MS });
    for (let index = 0; index < 3000; index++) {
      const id = String(index);
      before.ask({ op: 'create', id, groupId: id, wait: 'accepted' });
    }
    await before.rest();
    for (let index = 0; index < 3000; index++) before.report(turned(before, String(index)));
    await before.rest();
    const harness = await openHarness({
      clock: before.clock,
      from: before.crash(),
      concurrency: 1,
    });
    expect(harness.recovered).toBe(3000);
    expect(harness.driven).toHaveLength(3000);
    expect(new Set(harness.driven).size).toBe(3000);
  });

  test('P3: a command that was not durable is gone, and its id is free', async () => {
    const before = await openHarness();
    before.journal.hold();
    before.ask({ op: 'create', id: 'a', groupId: '5' });
    await before.rest();
    const harness = await openHarness({ clock: before.clock, from: before.crash() });
    expect(harness.recovered).toBe(0);
    harness.ask({ op: 'delete', id: 'a', groupId: '6' });
    await harness.rest();
    expect(harness.driven).toEqual(['a']);
  });
});
