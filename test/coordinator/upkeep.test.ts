import { describe, expect, test } from 'vitest';
import { JournalError } from '../../src/journal/errors.ts';
import { openDesk } from './support/desk.ts';
import { settled } from './support/reports.ts';

const HOUR_MS = 3_600_000;

describe('deadlines of what waits', () => {
  test('P9: what waits past its deadline is refused, in line, in its lane, or for loose requests', async () => {
    const desk = await openDesk({ concurrency: 2 });
    desk.ask({ op: 'create', id: 'past', groupId: 'k' });
    await desk.rest();
    const loose = {
      node01: [{ effect: 'present', token: '1.000000', until: desk.clock.now() + 5000 }],
    } as const;
    desk.report(settled(desk, 'past', { loose }));
    for (const id of ['x', 'y']) {
      desk.ask({ op: 'create', id, groupId: id, deadlineMs: HOUR_MS });
    }
    await desk.rest();
    const asked = [
      desk.ask({ op: 'create', id: 'line', groupId: 'x', deadlineMs: 1000 }),
      desk.ask({ op: 'create', id: 'lane', groupId: 'z', deadlineMs: 1000 }),
      desk.ask({ op: 'delete', id: 'loose', groupId: 'k', deadlineMs: 1000 }),
    ];
    await desk.advance(999);
    expect(asked.map(({ isOpen }) => isOpen)).toEqual([true, true, true]);
    await desk.advance(251);
    for (const { answer } of asked) {
      expect(answer).toMatchObject({ state: 'refused', reason: 'deadline' });
    }
    await desk.advance(HOUR_MS / 2);
    expect(desk.driven).toEqual(['past', 'x', 'y']);
  });

  test('a driven command is left to its executor, however late', async () => {
    const desk = await openDesk();
    const asked = desk.ask({ op: 'create', id: 'a', groupId: '5', deadlineMs: 1000 });
    await desk.advance(10_000);
    expect(asked.isOpen).toBe(true);
    expect(desk.journal.commits.flatMap(({ settle }) => settle)).toEqual([]);
  });

  test('P9: 5,000 that expire at once are refused in bounded commits, with work between', async () => {
    const desk = await openDesk({ concurrency: 1, openMax: 10_000 });
    desk.ask({ op: 'create', id: 'x', groupId: 'x', deadlineMs: HOUR_MS });
    await desk.rest();
    for (let key = 0; key < 5000; key++) {
      desk.ask({ op: 'create', groupId: String(key), deadlineMs: 1000, wait: 'accepted' });
    }
    await desk.rest();
    await desk.advance(900);
    desk.journal.commits.length = 0;
    desk.journal.hold();
    await desk.advance(200);
    expect(desk.journal.commits.map(({ settle }) => settle.length)).toEqual([1000]);
    const late = desk.ask({ op: 'create', groupId: 'late' });
    desk.journal.release();
    await desk.rest();
    const sizes = desk.journal.commits.map(({ settle, accept }) => settle.length + accept.length);
    expect(Math.max(...sizes)).toBe(1000);
    expect(desk.journal.commits.flatMap(({ settle }) => settle)).toHaveLength(5000);
    // It need not wait for all the others.
    expect(desk.journal.commits.findIndex(({ accept }) => accept.length > 0)).toBeLessThan(4);
    expect(late.isOpen).toBe(true);
    expect(desk.coordinator.commands.registry.size).toBe(2);
  });

  test('P9: loose requests that end at once are forgotten in bounded commits', async () => {
    const desk = await openDesk({ concurrency: 3000 });
    const until = desk.clock.now() + 1000;
    for (let key = 0; key < 2500; key++) {
      desk.ask({ op: 'create', id: String(key), groupId: String(key), wait: 'accepted' });
    }
    await desk.rest();
    const loose = { node01: [{ effect: 'present', token: '1.000000', until }] } as const;
    for (let key = 0; key < 2500; key++) desk.report(settled(desk, String(key), { loose }));
    await desk.rest();
    desk.journal.commits.length = 0;
    await desk.advance(1250);
    expect(desk.journal.commits.map(({ forget }) => forget.length)).toEqual([1000, 1000, 500]);
  });
});

describe('history', () => {
  test('P9: old history is pruned in small steps, each in a turn of its own, then tidied', async () => {
    const desk = await openDesk({ retentionMs: 30_000, concurrency: 2000 });
    for (let key = 0; key < 1200; key++) {
      desk.ask({ op: 'create', id: String(key), groupId: String(key), wait: 'accepted' });
    }
    await desk.rest();
    for (let key = 0; key < 1200; key++) desk.report(settled(desk, String(key)));
    await desk.rest();
    await desk.advance(59_000);
    expect(desk.journal.prunes).toEqual([]);
    await desk.advance(1250);
    expect(desk.journal.prunes.map(({ limit }) => limit)).toEqual([500, 500, 500]);
    // Once a second, and after each step.
    expect(desk.journal.tidied).toBeGreaterThan(50);
    expect((await desk.journal.list({}, undefined, 10)).commands).toEqual([]);
    await desk.advance(60_000);
    expect(desk.journal.prunes).toHaveLength(4);
  });

  test('P10: a journal that cannot be kept small for now is told, and the work goes on', async () => {
    const desk = await openDesk({ retentionMs: 30_000 });
    desk.journal.tidyRefusal = new JournalError('a reader holds it', { code: 'busy' });
    await desk.advance(1250);
    expect(desk.troubles).toEqual(['the upkeep of the journal failed; retrying: busy']);
    expect(desk.fatal).toEqual([]);
    desk.journal.tidyRefusal = new JournalError('the disk failed', { code: 'io' });
    await desk.advance(1250);
    expect(desk.fatal).toEqual([desk.journal.tidyRefusal]);
  });

  test('P9: a history of many steps is pruned by one row of them, which the end does not wait for', async () => {
    const desk = await openDesk({ retentionMs: 30_000 });
    let steps = 0;
    let isSlow = true;
    // A history without end, whose steps take twenty seconds each.
    desk.journal.prune = async ({ limit }) => {
      steps++;
      if (isSlow) await desk.clock.advance(20_000, async () => {});
      return limit;
    };
    await desk.clock.advance(60_250, () => new Promise(setImmediate));
    const before = steps;
    for (let turn = 0; turn < 40; turn++) await new Promise(setImmediate);
    const inFortyTurns = steps - before;
    expect(inFortyTurns).toBeGreaterThan(0);
    // One step in each turn, and not one of every row that was begun meanwhile.
    expect(inFortyTurns).toBeLessThanOrEqual(41);
    isSlow = false;
    await desk.coordinator.close();
    const atEnd = steps;
    for (let turn = 0; turn < 40; turn++) await new Promise(setImmediate);
    expect(steps).toBe(atEnd);
  });

  test('open commands are never pruned', async () => {
    const desk = await openDesk({ retentionMs: 1000 });
    desk.ask({ op: 'create', id: 'a', groupId: '5', deadlineMs: HOUR_MS });
    await desk.advance(200_000);
    expect(await desk.journal.find('a')).toMatchObject({ state: 'applying' });
  });
});

describe('after the end', () => {
  test('nothing is planned any more, and nothing is written', async () => {
    const desk = await openDesk();
    desk.ask({ op: 'create', id: 'a', groupId: '5', deadlineMs: 10 });
    desk.ask({ op: 'create', id: 'b', groupId: '5', deadlineMs: 10 });
    await desk.rest();
    await desk.coordinator.close();
    const commits = desk.journal.commits.length;
    await desk.advance(100_000);
    expect(desk.journal.commits).toHaveLength(commits);
    expect(desk.clock.nextAt).toBeUndefined();
  });
});
