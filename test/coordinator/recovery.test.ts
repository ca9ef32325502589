import { describe, expect, test } from 'vitest';
import { parseToken } from '../../src/core/token.ts';
import { openDesk, POLICY } from './support/desk.ts';
import { settled, turned } from './support/reports.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('recovery', () => {
  test('every open command is taken up where its durable entries leave it', async () => {
    const before = await openDesk();
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
    const desk = await openDesk({ clock: before.clock, from: before.crash() });
    expect(desk.recovered).toBe(4);
    const drives = Object.fromEntries(
      desk
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
    expect(desk.ordersOf('drive').find(({ command }) => command.id === 'surveyed')).toMatchObject({
      entries: [began],
    });
  });

  test('P6: a recovered command stands on its key before any new one', async () => {
    const before = await openDesk();
    for (const id of ['a', 'b']) before.ask({ op: 'create', id, groupId: '5' });
    await before.rest();
    const desk = await openDesk({ clock: before.clock, from: before.crash() });
    desk.ask({ op: 'create', id: 'c', groupId: '5' });
    for (const id of ['a', 'b', 'c']) {
      await desk.rest();
      expect(desk.driven.at(-1)).toBe(id);
      desk.report(settled(desk, id));
    }
    await desk.rest();
    expect(desk.driven).toEqual(['a', 'b', 'c']);
  });

  test('P4.5: loose requests of settled commands are loose again until start + quiesce', async () => {
    const before = await openDesk();
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
    const desk = await openDesk({ clock: before.clock, from: before.crash() });
    desk.ask({ op: 'delete', id: 'b', groupId: '5' });
    await desk.advance(4999);
    expect(desk.driven).toEqual([]);
    await desk.advance(1);
    expect(desk.driven).toEqual(['b']);
    await desk.advance(250);
    expect(await desk.journal.loadLoose(0, 10)).toEqual([]);
  });

  test('P4.4: an accepted command of an earlier life waits for them, too', async () => {
    const before = await openDesk();
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
    const desk = await openDesk({ clock: before.clock, from: before.crash() });
    expect(desk.driven).toEqual([]);
    await desk.advance(POLICY.quiesceMs);
    expect(desk.driven).toEqual(['b']);
  });

  test('numbers and tokens go on above the highest ever given, whatever the clock says', async () => {
    const before = await openDesk();
    before.ask({ op: 'create', id: 'a', groupId: '5' });
    await before.rest();
    const [first] = before.ordersOf('drive');
    const desk = await openDesk({ from: before.crash() });
    await desk.rest();
    desk.ask({ op: 'create', id: 'b', groupId: '6' });
    await desk.rest();
    const second = desk.ordersOf('drive').at(-1)?.command;
    expect(second?.seq).toBe((first?.command.seq ?? 0) + 1);
    expect(parseToken(second?.token ?? '')).toBe(parseToken(first?.command.token ?? '') + 1);
  });

  test('rollbacks go first and take no place; the rest shares the places by lane', async () => {
    const before = await openDesk({ concurrency: 1000, defaultDeadlineMs: DAY_MS });
    for (let index = 0; index < 300; index++) {
      before.ask({ op: 'create', id: `b${index}`, groupId: `b${index}`, lane: 'bulk' });
    }
    for (const id of ['r', 's']) before.ask({ op: 'create', id, groupId: id });
    await before.rest();
    before.report(turned(before, 'r'), turned(before, 's'));
    await before.rest();
    const from = before.crash();
    const desk = await openDesk({ clock: before.clock, from, concurrency: 2 });
    expect(desk.driven).toEqual(['r', 's', 'b0', 'b1']);
    desk.ask({ op: 'create', id: 'new', groupId: 'new' });
    await desk.rest();
    desk.report(settled(desk, 'b0'));
    await desk.rest();
    desk.report(settled(desk, 'b1'));
    await desk.rest();
    // 300 bulk commands of an earlier life do not stand before it.
    expect(desk.driven).toContain('new');
  });

  test('P9: 3,000 rollbacks are handed out in bounded lots', async () => {
    const before = await openDesk({ concurrency: 5000, defaultDeadlineMs: DAY_MS });
    for (let index = 0; index < 3000; index++) {
      const id = String(index);
      before.ask({ op: 'create', id, groupId: id, wait: 'accepted' });
    }
    await before.rest();
    for (let index = 0; index < 3000; index++) before.report(turned(before, String(index)));
    await before.rest();
    const desk = await openDesk({ clock: before.clock, from: before.crash(), concurrency: 1 });
    expect(desk.recovered).toBe(3000);
    expect(desk.driven).toHaveLength(3000);
    expect(new Set(desk.driven).size).toBe(3000);
  });

  test('P3: what was not durable is gone, and its id is free', async () => {
    const before = await openDesk();
    before.journal.hold();
    before.ask({ op: 'create', id: 'a', groupId: '5' });
    await before.rest();
    const desk = await openDesk({ clock: before.clock, from: before.crash() });
    expect(desk.recovered).toBe(0);
    desk.ask({ op: 'delete', id: 'a', groupId: '6' });
    await desk.rest();
    expect(desk.driven).toEqual(['a']);
  });
});
