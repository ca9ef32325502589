/**
 * The clock of a life of the daemon may be wrong by any amount, and right in the next. Times of one
 * life are not judged by another's clock.
 */
import { describe, expect, test } from 'vitest';
import type { CommandAnswer, ListAnswer } from '../../src/protocol/answer.ts';
import { HandClock } from './support/hand-clock.ts';
import { type Harness, type HarnessSetting, openHarness } from './support/harness.ts';
import { settled, turned } from './support/reports.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const MONTH_MS = 30 * DAY_MS;
const YEAR_MS = 365 * DAY_MS;
const WEEK_MS = 7 * DAY_MS;
const BY_WHICH_IT_IS_WRONG = [-MONTH_MS, MONTH_MS, YEAR_MS, -YEAR_MS];

/** The next life of the daemon; its clock is ahead of the last one's by this much. */
async function nextLife(
  before: Harness,
  aheadMs: number,
  setting: HarnessSetting = {},
): Promise<Harness> {
  const clock = new HandClock(before.clock.now() + aheadMs);
  return openHarness({ retentionMs: WEEK_MS, ...setting, clock, from: before.crash() });
}

async function settle(harness: Harness, op: 'create' | 'delete', id: string): Promise<void> {
  harness.ask({ op, id, groupId: '5' });
  await harness.rest();
  harness.report(settled(harness, id));
  await harness.rest();
}

async function pastPruning(harness: Harness): Promise<void> {
  await harness.advance(2 * MINUTE_MS);
  expect(harness.journal.prunes.length).toBeGreaterThan(0);
}

describe('P7: history', () => {
  test.each(BY_WHICH_IT_IS_WRONG)(
    'is younger than the retention: it stays, and no id is done twice, when the clock is set by %d ms between lives',
    async (jumpMs) => {
      const wrong = await openHarness({ retentionMs: WEEK_MS });
      await settle(wrong, 'create', 'pay-5');
      await settle(wrong, 'delete', 'undo-5');
      const right = await nextLife(wrong, jumpMs);
      await settle(right, 'create', 'new-5');
      await pastPruning(right);
      const again = await nextLife(right, -jumpMs);
      await pastPruning(again);
      const drives = again.driven.length;
      const repeats = ['pay-5', 'undo-5', 'new-5'].map((id) =>
        again.ask({ op: id === 'undo-5' ? 'delete' : 'create', id, groupId: '5' }),
      );
      await again.rest();
      for (const { answer } of repeats) expect(answer).toMatchObject({ state: 'committed' });
      expect(again.driven).toHaveLength(drives);
    },
  );

  test('is as old as the daemon has lived since, over all lives, however often it is killed', async () => {
    const retentionMs = 10 * MINUTE_MS;
    let harness = await openHarness({ retentionMs });
    await settle(harness, 'create', 'first');
    for (let life = 1; life <= 5; life++) {
      await harness.advance(2 * MINUTE_MS);
      // A night between two lives makes nothing older.
      harness = await nextLife(harness, DAY_MS, { retentionMs });
    }
    expect(await harness.journal.find('first')).toBeDefined();
    await harness.advance(2 * MINUTE_MS);
    expect(await harness.journal.find('first')).toBeUndefined();
  });

  test('P9: of a daemon that never lives a minute, but takes commands in, grows old as well', async () => {
    const retentionMs = 10 * MINUTE_MS;
    let harness = await openHarness({ retentionMs });
    await settle(harness, 'create', 'first');
    for (let life = 1; life <= 20; life++) {
      await harness.advance(50_000);
      await settle(harness, 'create', `crash-${life}`);
      harness = await nextLife(harness, 0, { retentionMs });
    }
    await harness.advance(2 * MINUTE_MS);
    expect(await harness.journal.find('first')).toBeUndefined();
  });
});

describe('P9: the deadline of a command that an earlier life has taken in', () => {
  const SECOND_MS = 1000;
  const ask = (harness: Harness, id: string, groupId: string) =>
    harness.ask({ op: 'create', id, groupId, deadlineMs: 5 * SECOND_MS });
  const deadlineOf = (harness: Harness, id: string) =>
    (harness.ordersOf('drive').findLast(({ command }) => command.id === id)?.command.deadlineAt ??
      Number.NaN) - harness.clock.now();

  test('comes within one length of the start when the clock was a year ahead, waiting or begun', async () => {
    const before = await openHarness();
    ask(before, 'begun', '5');
    ask(before, 'waiting', '5');
    await before.advance(SECOND_MS);
    const harness = await nextLife(before, -YEAR_MS);
    expect(deadlineOf(harness, 'begun')).toBeGreaterThan(0);
    expect(deadlineOf(harness, 'begun')).toBeLessThanOrEqual(5 * SECOND_MS);
    await harness.advance(5.5 * SECOND_MS);
    expect(await harness.journal.find('waiting')).toMatchObject({
      state: 'refused',
      reason: 'deadline',
    });
  });

  test('is not put off by restarts whose clocks go back each time: the time lived counts', async () => {
    let harness = await openHarness();
    ask(harness, 'begun', '5');
    await harness.rest();
    for (let life = 1; life <= 4; life++) {
      await harness.advance(SECOND_MS);
      // What is taken in tells the journal how long the daemon has lived.
      ask(harness, `other-${life}`, `other-${life}`);
      await harness.rest();
      harness = await nextLife(harness, -YEAR_MS);
      expect(deadlineOf(harness, 'begun')).toBe((5 - life) * SECOND_MS);
    }
  });

  test.each([
    ['has passed while the daemon was away', 10 * SECOND_MS, -6 * SECOND_MS],
    ['counts the time that the daemon was away', 2 * SECOND_MS, 2 * SECOND_MS],
    ['has passed when the clock was set on', YEAR_MS, 4 * SECOND_MS - YEAR_MS],
  ])('is where the wall clock says: it %s', async (_, aheadMs, leftMs) => {
    const before = await openHarness();
    ask(before, 'begun', '5');
    await before.advance(SECOND_MS);
    const harness = await nextLife(before, aheadMs);
    expect(deadlineOf(harness, 'begun')).toBe(leftMs);
  });
});

describe('P5: a rollback', () => {
  test('that turned by a clock a year ahead has turned now at the latest, so its being stuck is reported', async () => {
    const before = await openHarness();
    before.ask({ op: 'create', id: 'a', groupId: '5', wait: 'accepted' });
    await before.rest();
    before.report(turned(before, 'a'));
    await before.advance(1000);
    const harness = await nextLife(before, -YEAR_MS);
    const [drive] = harness.ordersOf('drive');
    const facts = drive?.entries.map(({ kind, at }) => [kind, at <= harness.clock.now()]);
    expect(facts).toEqual([
      ['began', true],
      ['turned', true],
    ]);
  });
});

describe('the reported times of a command of an earlier life', () => {
  test.each(BY_WHICH_IT_IS_WRONG.filter((jumpMs) => jumpMs < 0))(
    'P7: is the same now and later when the clock was set back by %d ms',
    async (jumpMs) => {
      const before = await openHarness();
      before.ask({ op: 'create', id: 'a', groupId: '5', deadlineMs: MINUTE_MS });
      await before.advance(1000);
      before.ask({ op: 'create', id: 'b', groupId: '6', wait: 'accepted' });
      await before.rest();
      const harness = await nextLife(before, jumpMs);
      await harness.advance(2000);
      const listed = harness.ask({ op: 'list', state: 'applying', groupId: '5' });
      const waiting = harness.ask({ op: 'create', id: 'a', groupId: '5' });
      await harness.rest();
      const [open] = (listed.answer as ListAnswer).commands as [CommandAnswer];
      expect(open).toMatchObject({ id: 'a', state: 'applying', elapsedMs: 3000 });
      harness.report(settled(harness, 'a'));
      await harness.rest();
      const repeat = harness.ask({ op: 'create', id: 'a', groupId: '5' });
      await harness.rest();
      expect(waiting.answer).toMatchObject({ state: 'committed', elapsedMs: 3000 });
      expect(repeat.answer).toEqual(waiting.answer);
    },
  );

  test('the age of commands follows both clocks: the larger age counts', async () => {
    const before = await openHarness();
    before.ask({ op: 'create', id: 'old', groupId: '5', deadlineMs: DAY_MS });
    await before.advance(10 * MINUTE_MS);
    const harness = await nextLife(before, -YEAR_MS);
    harness.ask({ op: 'create', id: 'young', groupId: '6', deadlineMs: DAY_MS });
    await harness.advance(MINUTE_MS);
    const idsOf = async (filter: object) => {
      const asked = harness.ask({ op: 'list', ...filter });
      const dry = harness.ask({ op: 'cancel', filter, dryRun: true });
      await harness.rest();
      const ids = ({ answer }: typeof asked) =>
        (answer as ListAnswer).commands.map((one) => (one as CommandAnswer).id);
      expect(ids(dry)).toEqual(ids(asked));
      return ids(asked);
    };
    expect(await idsOf({ olderThanMs: 9 * MINUTE_MS })).toEqual(['old']);
    expect(await idsOf({ youngerThanMs: 9 * MINUTE_MS })).toEqual(['young']);
  });

  test('a pause began now at the latest', async () => {
    const before = await openHarness();
    before.ask({ op: 'pause', lane: 'bulk' });
    await before.rest();
    const harness = await nextLife(before, -YEAR_MS);
    const since = new Date(harness.clock.now()).toISOString();
    expect(harness.coordinator.pauses.of('bulk')).toEqual({ since });
  });
});
