import { describe, expect, test } from 'vitest';
import { JournalError } from '../../src/journal/errors.ts';
import { openHarness } from './support/harness.ts';
import { settled } from './support/reports.ts';

const HOUR_MS = 3_600_000;

describe('deadlines of what waits', () => {
  test('P9: what waits past its deadline is refused, in line, in its lane, or for loose requests', async () => {
    const harness = await openHarness({ concurrency: 2 });
    harness.ask({ op: 'create', id: 'past', groupId: 'k' });
    await harness.rest();
    const loose = {
      node01: [{ effect: 'present', token: '1.000000', until: harness.clock.now() + 5000 }],
    } as const;
    harness.report(settled(harness, 'past', { loose }));
    for (const id of ['x', 'y']) {
      harness.ask({ op: 'create', id, groupId: id, deadlineMs: HOUR_MS });
    }
    await harness.rest();
    const asked = [
      harness.ask({ op: 'create', id: 'line', groupId: 'x', deadlineMs: 1000 }),
      harness.ask({ op: 'create', id: 'lane', groupId: 'z', deadlineMs: 1000 }),
      harness.ask({ op: 'delete', id: 'loose', groupId: 'k', deadlineMs: 1000 }),
    ];
    await harness.advance(999);
    expect(asked.map(({ isOpen }) => isOpen)).toEqual([true, true, true]);
    await harness.advance(251);
    for (const { answer } of asked) {
      expect(answer).toMatchObject({ state: 'refused', reason: 'deadline' });
    }
    await harness.advance(HOUR_MS / 2);
    expect(harness.driven).toEqual(['past', 'x', 'y']);
  });

  test('a driven command is left to its executor, however late', async () => {
    const harness = await openHarness();
    const asked = harness.ask({ op: 'create', id: 'a', groupId: '5', deadlineMs: 1000 });
    await harness.advance(10_000);
    expect(asked.isOpen).toBe(true);
    expect(harness.journal.commits.flatMap(({ settle }) => settle)).toEqual([]);
  });

  test('P9: 5,000 that expire at once are refused in bounded commits, with work between', async () => {
    const harness = await openHarness({ concurrency: 1, openMax: 10_000 });
    harness.ask({ op: 'create', id: 'x', groupId: 'x', deadlineMs: HOUR_MS });
    await harness.rest();
    for (let key = 0; key < 5000; key++) {
      harness.ask({ op: 'create', groupId: String(key), deadlineMs: 1000, wait: 'accepted' });
    }
    await harness.rest();
    await harness.advance(900);
    harness.journal.commits.length = 0;
    harness.journal.hold();
    await harness.advance(200);
    expect(harness.journal.commits.map(({ settle }) => settle.length)).toEqual([50]);
    const late = harness.ask({ op: 'create', groupId: 'late' });
    harness.journal.release();
    await harness.rest();
    const sizes = harness.journal.commits.map(({ settle }) => settle.length);
    expect(Math.max(...sizes)).toBe(50);
    expect(harness.journal.commits.flatMap(({ settle }) => settle)).toHaveLength(5000);
    // It need not wait for all the others.
    expect(harness.journal.commits.findIndex(({ accept }) => accept.length > 0)).toBeLessThan(4);
    expect(late.isOpen).toBe(true);
    expect(harness.coordinator.commands.registry.size).toBe(2);
  });

  test('P9: loose requests that end at once are forgotten in bounded commits', async () => {
    const harness = await openHarness({ concurrency: 3000 });
    const until = harness.clock.now() + 1000;
    for (let key = 0; key < 2500; key++) {
      harness.ask({ op: 'create', id: String(key), groupId: String(key), wait: 'accepted' });
    }
    await harness.rest();
    const loose = { node01: [{ effect: 'present', token: '1.000000', until }] } as const;
    for (let key = 0; key < 2500; key++) harness.report(settled(harness, String(key), { loose }));
    await harness.rest();
    harness.journal.commits.length = 0;
    await harness.advance(1250);
    const sizes = harness.journal.commits.map(({ forget }) => forget.length);
    expect(sizes).toEqual(Array.from({ length: 10 }, () => 250));
  });
});

describe('history', () => {
  test('P9: old history is pruned in small steps, each in a turn of its own, then tidied', async () => {
    const harness = await openHarness({ retentionMs: 30_000, concurrency: 2000 });
    for (let key = 0; key < 1200; key++) {
      harness.ask({ op: 'create', id: String(key), groupId: String(key), wait: 'accepted' });
    }
    await harness.rest();
    for (let key = 0; key < 1200; key++) harness.report(settled(harness, String(key)));
    await harness.rest();
    await harness.advance(59_000);
    expect(harness.journal.prunes).toEqual([]);
    await harness.advance(1250);
    expect(harness.journal.prunes.map(({ limit }) => limit)).toEqual([500, 500, 500]);
    // Once a second, and after each step.
    expect(harness.journal.tidied).toBeGreaterThan(50);
    expect((await harness.journal.list({}, undefined, 10)).commands).toEqual([]);
    await harness.advance(60_000);
    expect(harness.journal.prunes).toHaveLength(4);
  });

  test('P10: a journal that cannot be kept small for now is reported, and the work continues', async () => {
    const harness = await openHarness({ retentionMs: 30_000 });
    harness.journal.tidyRefusal = new JournalError('a reader holds it', { code: 'busy' });
    await harness.advance(1250);
    expect(harness.troubles).toEqual(['the upkeep of the journal failed; retrying: busy']);
    expect(harness.fatal).toEqual([]);
    harness.journal.tidyRefusal = new JournalError('the disk failed', { code: 'io' });
    await harness.advance(1250);
    expect(harness.fatal).toEqual([harness.journal.tidyRefusal]);
  });

  test('P9: a history of many steps is pruned by one row of them, which the end does not wait for', async () => {
    const harness = await openHarness({ retentionMs: 30_000 });
    let steps = 0;
    let isSlow = true;
    // A history without end, whose steps take twenty seconds each.
    harness.journal.prune = async ({ limit }) => {
      steps++;
      if (isSlow) await harness.clock.advance(20_000, async () => {});
      return limit;
    };
    await harness.clock.advance(60_250, () => new Promise(setImmediate));
    const before = steps;
    for (let turn = 0; turn < 40; turn++) await new Promise(setImmediate);
    const inFortyTurns = steps - before;
    expect(inFortyTurns).toBeGreaterThan(0);
    // One step in each turn, and not one of every row that was begun meanwhile.
    expect(inFortyTurns).toBeLessThanOrEqual(41);
    isSlow = false;
    await harness.coordinator.close();
    const atEnd = steps;
    for (let turn = 0; turn < 40; turn++) await new Promise(setImmediate);
    expect(steps).toBe(atEnd);
  });

  test('open commands are never pruned', async () => {
    const harness = await openHarness({ retentionMs: 1000 });
    harness.ask({ op: 'create', id: 'a', groupId: '5', deadlineMs: HOUR_MS });
    await harness.advance(200_000);
    expect(await harness.journal.find('a')).toMatchObject({ state: 'applying' });
  });
});

describe('after the end', () => {
  test('nothing is planned, and nothing is written', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'create', id: 'a', groupId: '5', deadlineMs: 10 });
    harness.ask({ op: 'create', id: 'b', groupId: '5', deadlineMs: 10 });
    await harness.rest();
    await harness.coordinator.close();
    const commits = harness.journal.commits.length;
    await harness.advance(100_000);
    expect(harness.journal.commits).toHaveLength(commits);
    expect(harness.clock.nextAt).toBeUndefined();
  });
});
