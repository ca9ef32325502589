/**
 * The clock of a life of the daemon may be wrong by any amount, and right in the next. Times of one
 * life are not judged by another's clock.
 */
import { describe, expect, test } from 'vitest';
import type { CommandAnswer, ListAnswer } from '../../src/protocol/answer.ts';
import { type Desk, type DeskSetting, openDesk } from './support/desk.ts';
import { HandClock } from './support/hand-clock.ts';
import { settled, turned } from './support/reports.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const MONTH_MS = 30 * DAY_MS;
const YEAR_MS = 365 * DAY_MS;
const WEEK_MS = 7 * DAY_MS;
const BY_WHICH_IT_IS_WRONG = [-MONTH_MS, MONTH_MS, YEAR_MS, -YEAR_MS];

/** The next life of the daemon, whose clock shows so much more than the last one's when it died. */
async function nextLife(before: Desk, aheadMs: number, setting: DeskSetting = {}): Promise<Desk> {
  const clock = new HandClock(before.clock.now() + aheadMs);
  return openDesk({ retentionMs: WEEK_MS, ...setting, clock, from: before.crash() });
}

async function settle(desk: Desk, op: 'create' | 'delete', id: string): Promise<void> {
  desk.ask({ op, id, groupId: '5' });
  await desk.rest();
  desk.report(settled(desk, id));
  await desk.rest();
}

async function pastPruning(desk: Desk): Promise<void> {
  await desk.advance(2 * MINUTE_MS);
  expect(desk.journal.prunes.length).toBeGreaterThan(0);
}

describe('P7: history', () => {
  test.each(BY_WHICH_IT_IS_WRONG)(
    'is younger than the retention: it stays, and no id is done twice, when the clock is set by %d ms between lives',
    async (jumpMs) => {
      const wrong = await openDesk({ retentionMs: WEEK_MS });
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
    let desk = await openDesk({ retentionMs });
    await settle(desk, 'create', 'first');
    for (let life = 1; life <= 5; life++) {
      await desk.advance(2 * MINUTE_MS);
      // A night between two lives makes nothing older.
      desk = await nextLife(desk, DAY_MS, { retentionMs });
    }
    expect(await desk.journal.find('first')).toBeDefined();
    await desk.advance(2 * MINUTE_MS);
    expect(await desk.journal.find('first')).toBeUndefined();
  });

  test('P9: of a daemon that never lives a minute, but takes commands in, grows old as well', async () => {
    const retentionMs = 10 * MINUTE_MS;
    let desk = await openDesk({ retentionMs });
    await settle(desk, 'create', 'first');
    for (let life = 1; life <= 20; life++) {
      await desk.advance(50_000);
      await settle(desk, 'create', `crash-${life}`);
      desk = await nextLife(desk, 0, { retentionMs });
    }
    await desk.advance(2 * MINUTE_MS);
    expect(await desk.journal.find('first')).toBeUndefined();
  });
});

describe('P9: the deadline of a command that an earlier life has taken in', () => {
  const SECOND_MS = 1000;
  const ask = (desk: Desk, id: string, groupId: string) =>
    desk.ask({ op: 'create', id, groupId, deadlineMs: 5 * SECOND_MS });
  const deadlineOf = (desk: Desk, id: string) =>
    (desk.ordersOf('drive').findLast(({ command }) => command.id === id)?.command.deadlineAt ??
      Number.NaN) - desk.clock.now();

  test('comes within one length of the start when the clock was a year ahead, waiting or begun', async () => {
    const before = await openDesk();
    ask(before, 'begun', '5');
    ask(before, 'waiting', '5');
    await before.advance(SECOND_MS);
    const desk = await nextLife(before, -YEAR_MS);
    expect(deadlineOf(desk, 'begun')).toBeGreaterThan(0);
    expect(deadlineOf(desk, 'begun')).toBeLessThanOrEqual(5 * SECOND_MS);
    await desk.advance(5.5 * SECOND_MS);
    expect(await desk.journal.find('waiting')).toMatchObject({
      state: 'refused',
      reason: 'deadline',
    });
  });

  test('is not put off by restarts whose clocks go back each time: the time lived counts', async () => {
    let desk = await openDesk();
    ask(desk, 'begun', '5');
    await desk.rest();
    for (let life = 1; life <= 4; life++) {
      await desk.advance(SECOND_MS);
      // What is taken in tells the journal how long the daemon has lived.
      ask(desk, `other-${life}`, `other-${life}`);
      await desk.rest();
      desk = await nextLife(desk, -YEAR_MS);
      expect(deadlineOf(desk, 'begun')).toBe((5 - life) * SECOND_MS);
    }
  });

  test.each([
    ['has passed while the daemon was away', 10 * SECOND_MS, -6 * SECOND_MS],
    ['counts the time that the daemon was away', 2 * SECOND_MS, 2 * SECOND_MS],
    ['has passed when the clock was set on', YEAR_MS, 4 * SECOND_MS - YEAR_MS],
  ])('is where the wall clock says: it %s', async (_, aheadMs, leftMs) => {
    const before = await openDesk();
    ask(before, 'begun', '5');
    await before.advance(SECOND_MS);
    const desk = await nextLife(before, aheadMs);
    expect(deadlineOf(desk, 'begun')).toBe(leftMs);
  });
});

describe('P5: a rollback', () => {
  test('that turned by a clock a year ahead has turned now at the latest, so its being stuck is told', async () => {
    const before = await openDesk();
    before.ask({ op: 'create', id: 'a', groupId: '5', wait: 'accepted' });
    await before.rest();
    before.report(turned(before, 'a'));
    await before.advance(1000);
    const desk = await nextLife(before, -YEAR_MS);
    const [drive] = desk.ordersOf('drive');
    const facts = drive?.entries.map(({ kind, at }) => [kind, at <= desk.clock.now()]);
    expect(facts).toEqual([
      ['began', true],
      ['turned', true],
    ]);
  });
});

describe('what is told of a command that an earlier life has taken in', () => {
  test.each(BY_WHICH_IT_IS_WRONG.filter((jumpMs) => jumpMs < 0))(
    'P7: is the same now and later when the clock was set back by %d ms',
    async (jumpMs) => {
      const before = await openDesk();
      before.ask({ op: 'create', id: 'a', groupId: '5', deadlineMs: MINUTE_MS });
      await before.advance(1000);
      before.ask({ op: 'create', id: 'b', groupId: '6', wait: 'accepted' });
      await before.rest();
      const desk = await nextLife(before, jumpMs);
      await desk.advance(2000);
      const listed = desk.ask({ op: 'list', state: 'applying', groupId: '5' });
      const waiting = desk.ask({ op: 'create', id: 'a', groupId: '5' });
      await desk.rest();
      const [open] = (listed.answer as ListAnswer).commands as [CommandAnswer];
      expect(open).toMatchObject({ id: 'a', state: 'applying', elapsedMs: 3000 });
      desk.report(settled(desk, 'a'));
      await desk.rest();
      const repeat = desk.ask({ op: 'create', id: 'a', groupId: '5' });
      await desk.rest();
      expect(waiting.answer).toMatchObject({ state: 'committed', elapsedMs: 3000 });
      expect(repeat.answer).toEqual(waiting.answer);
    },
  );

  test('how old commands are is told by either clock: what is older by the time lived is older', async () => {
    const before = await openDesk();
    before.ask({ op: 'create', id: 'old', groupId: '5', deadlineMs: DAY_MS });
    await before.advance(10 * MINUTE_MS);
    const desk = await nextLife(before, -YEAR_MS);
    desk.ask({ op: 'create', id: 'young', groupId: '6', deadlineMs: DAY_MS });
    await desk.advance(MINUTE_MS);
    const idsOf = async (filter: object) => {
      const asked = desk.ask({ op: 'list', ...filter });
      const dry = desk.ask({ op: 'cancel', filter, dryRun: true });
      await desk.rest();
      const ids = ({ answer }: typeof asked) =>
        (answer as ListAnswer).commands.map((one) => (one as CommandAnswer).id);
      expect(ids(dry)).toEqual(ids(asked));
      return ids(asked);
    };
    expect(await idsOf({ olderThanMs: 9 * MINUTE_MS })).toEqual(['old']);
    expect(await idsOf({ youngerThanMs: 9 * MINUTE_MS })).toEqual(['young']);
  });

  test('a pause began now at the latest', async () => {
    const before = await openDesk();
    before.ask({ op: 'pause', lane: 'bulk' });
    await before.rest();
    const desk = await nextLife(before, -YEAR_MS);
    const since = new Date(desk.clock.now()).toISOString();
    expect(desk.coordinator.pauses.of('bulk')).toEqual({ since });
  });
});
