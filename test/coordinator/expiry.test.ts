import { describe, expect, test } from 'vitest';
import { type Desk, openDesk } from './support/desk.ts';
import { HandClock } from './support/hand-clock.ts';
import { settled } from './support/reports.ts';

const FIVE = { op: 'create', id: 'a', groupId: '5' } as const;
const EXPIRED = { id: 'a', error: { code: 'expired' } };
const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;

describe('a command that comes after its expiresAt', () => {
  test('is not taken in, nothing of it is journaled, and its id may ask again', async () => {
    const desk = await openDesk();
    const now = desk.clock.now();
    const late = desk.ask({ ...FIVE, expiresAt: now - 7000 });
    await desk.rest();
    expect(late.answer).toMatchObject({
      ...EXPIRED,
      error: { message: 'it came 7000 ms after its expiresAt' },
    });
    expect(desk.journal.commits).toEqual([]);
    const again = desk.ask({ ...FIVE, groupId: '6', expiresAt: now });
    await desk.rest();
    desk.report(settled(desk, 'a'));
    await desk.rest();
    expect(again.answer).toMatchObject({ id: 'a', groupId: '6', state: 'committed' });
  });

  test('is judged when its turn comes, not when it has been read', async () => {
    const desk = await openDesk();
    desk.ask(FIVE);
    desk.clock.spend(2000);
    const late = desk.ask({ op: 'create', groupId: '6', expiresAt: desk.clock.now() + 10 });
    desk.clock.spend(11);
    await desk.rest();
    expect(late.answer).toMatchObject({ error: { code: 'expired' } });
    expect(late.answer).not.toHaveProperty('id');
  });

  test('is told so in a batch, beside commands that are in time', async () => {
    const desk = await openDesk();
    const now = desk.clock.now();
    const asked = desk.ask({
      op: 'batch',
      commands: [
        { op: 'create', id: 'a', groupId: '5', expiresAt: now - 1 },
        { op: 'create', id: 'b', groupId: '6', expiresAt: now },
      ],
    });
    await desk.rest();
    expect(desk.driven).toEqual(['b']);
    desk.report(settled(desk, 'b'));
    await desk.rest();
    expect(asked.answer).toMatchObject({ results: [EXPIRED, { id: 'b', state: 'committed' }] });
  });

  test('P7: hears the first outcome if its id is known, open or settled', async () => {
    const desk = await openDesk();
    const first = desk.ask({ ...FIVE, expiresAt: desk.clock.now() });
    await desk.rest();
    const whileOpen = desk.ask({ ...FIVE, expiresAt: 0 });
    await desk.rest();
    expect(whileOpen.isOpen).toBe(true);
    desk.report(settled(desk, 'a', { state: 'rolled_back', reason: 'deadline' }));
    await desk.rest();
    const later = desk.ask({ ...FIVE, expiresAt: 0 });
    const other = desk.ask({ ...FIVE, groupId: '6', expiresAt: 0 });
    await desk.rest();
    expect(first.answer).toMatchObject({ state: 'rolled_back' });
    expect(whileOpen.answer).toEqual(first.answer);
    expect(later.answer).toEqual(first.answer);
    expect(other.answer).toMatchObject({ id: 'a', error: { code: 'id_conflict' } });
  });

  test('P7: and so it does in the next life, whatever its clock', async () => {
    const before = await openDesk();
    before.ask(FIVE);
    await before.rest();
    before.report(settled(before, 'a'));
    await before.rest();
    const clock = new HandClock(before.clock.now() + YEAR_MS);
    const desk = await openDesk({ clock, from: before.crash() });
    const asked = desk.ask({ ...FIVE, expiresAt: before.clock.now() });
    await desk.rest();
    expect(asked.answer).toMatchObject({ id: 'a', state: 'committed' });
  });
});

/** The upkeep tells the journal. */
async function liveThrough(desk: Desk, ms: number): Promise<void> {
  desk.clock.spend(ms);
  await desk.advance(1000);
}

describe('the clock that clients are told, in the next life', () => {
  /** A life of an hour, and a next one whose wall clock is off by so much; both ask about that hour's end. */
  async function nextLife(jumpMs: number, awayMs = 0) {
    const before = await openDesk();
    await liveThrough(before, HOUR_MS);
    const end = before.clock.now();
    const clock = new HandClock(end + awayMs + jumpMs);
    const desk = await openDesk({ clock, from: before.crash() });
    /** Sent `ms` after the end of the life before, and worth doing for a second. */
    const sentAfter = async (ms: number) => {
      const asked = desk.ask({ op: 'create', groupId: `${ms}`, expiresAt: end + ms + 1000 });
      await desk.rest();
      return asked.isOpen ? 'taken' : asked.answer;
    };
    return { desk, sentAfter };
  }

  test('goes on as the wall clock does where that was not set', async () => {
    const { sentAfter } = await nextLife(0, 8000);
    expect(await sentAfter(6000)).toMatchObject({ error: { code: 'expired' } });
    expect(await sentAfter(7500)).toBe('taken');
  });

  test.each([HOUR_MS, YEAR_MS])(
    'lets nothing stale through where the wall clock was set back by %d ms',
    async (backMs) => {
      const { sentAfter } = await nextLife(-backMs, 8000);
      for (const ms of [0, 6000, 7500]) {
        expect(await sentAfter(ms)).toMatchObject({ error: { code: 'expired' } });
      }
    },
  );

  test('is not behind that life either, and so on', async () => {
    let [from, last] = [undefined as Parameters<typeof openDesk>[0], 0];
    for (const atMs of [YEAR_MS, 0, 5000, 5000, YEAR_MS / 2]) {
      const desk = await openDesk({ ...from, clock: new HandClock(atMs) });
      await liveThrough(desk, HOUR_MS);
      const late = desk.ask({ op: 'create', groupId: '5', expiresAt: last });
      await desk.rest();
      expect(late.answer).toMatchObject({ error: { code: 'expired' } });
      last = desk.clientNow();
      from = { from: desk.crash() };
    }
    expect(last).toBeLessThan(2 * YEAR_MS);
  });
});
