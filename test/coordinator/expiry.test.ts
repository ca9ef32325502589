import { describe, expect, test } from 'vitest';
import { HandClock } from './support/hand-clock.ts';
import { type Harness, openHarness } from './support/harness.ts';
import { settled } from './support/reports.ts';

const FIVE = { op: 'create', id: 'a', groupId: '5' } as const;
const EXPIRED = { id: 'a', error: { code: 'expired' } };
const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;

describe('a command that comes after its expiresAt', () => {
  test('is not taken in, nothing of it is journaled, and its id may ask again', async () => {
    const harness = await openHarness();
    const now = harness.clock.now();
    const late = harness.ask({ ...FIVE, expiresAt: now - 7000 });
    await harness.rest();
    expect(late.answer).toMatchObject({
      ...EXPIRED,
      error: { message: 'it came 7000 ms after its expiresAt' },
    });
    expect(harness.journal.commits).toEqual([]);
    const again = harness.ask({ ...FIVE, groupId: '6', expiresAt: now });
    await harness.rest();
    harness.report(settled(harness, 'a'));
    await harness.rest();
    expect(again.answer).toMatchObject({ id: 'a', groupId: '6', state: 'committed' });
  });

  test('is judged when its turn comes, not when it has been read', async () => {
    const harness = await openHarness();
    harness.ask(FIVE);
    harness.clock.spend(2000);
    const late = harness.ask({ op: 'create', groupId: '6', expiresAt: harness.clock.now() + 10 });
    harness.clock.spend(11);
    await harness.rest();
    expect(late.answer).toMatchObject({ error: { code: 'expired' } });
    expect(late.answer).not.toHaveProperty('id');
  });

  test('is answered so in a batch, beside commands that are in time', async () => {
    const harness = await openHarness();
    const now = harness.clock.now();
    const asked = harness.ask({
      op: 'batch',
      commands: [
        { op: 'create', id: 'a', groupId: '5', expiresAt: now - 1 },
        { op: 'create', id: 'b', groupId: '6', expiresAt: now },
      ],
    });
    await harness.rest();
    expect(harness.driven).toEqual(['b']);
    harness.report(settled(harness, 'b'));
    await harness.rest();
    expect(asked.answer).toMatchObject({ results: [EXPIRED, { id: 'b', state: 'committed' }] });
  });

  test('P7: hears the first outcome if its id is known, open or settled', async () => {
    const harness = await openHarness();
    const first = harness.ask({ ...FIVE, expiresAt: harness.clock.now() });
    await harness.rest();
    const whileOpen = harness.ask({ ...FIVE, expiresAt: 0 });
    await harness.rest();
    expect(whileOpen.isOpen).toBe(true);
    harness.report(settled(harness, 'a', { state: 'rolled_back', reason: 'deadline' }));
    await harness.rest();
    const later = harness.ask({ ...FIVE, expiresAt: 0 });
    const other = harness.ask({ ...FIVE, groupId: '6', expiresAt: 0 });
    await harness.rest();
    expect(first.answer).toMatchObject({ state: 'rolled_back' });
    expect(whileOpen.answer).toEqual(first.answer);
    expect(later.answer).toEqual(first.answer);
    expect(other.answer).toMatchObject({ id: 'a', error: { code: 'id_conflict' } });
  });

  test('P7: and so it does in the next life, whatever its clock', async () => {
    const before = await openHarness();
    before.ask(FIVE);
    await before.rest();
    before.report(settled(before, 'a'));
    await before.rest();
    const clock = new HandClock(before.clock.now() + YEAR_MS);
    const harness = await openHarness({ clock, from: before.crash() });
    const asked = harness.ask({ ...FIVE, expiresAt: before.clock.now() });
    await harness.rest();
    expect(asked.answer).toMatchObject({ id: 'a', state: 'committed' });
  });
});

/** The upkeep tells the journal. */
async function liveThrough(harness: Harness, ms: number): Promise<void> {
  harness.clock.spend(ms);
  await harness.advance(1000);
}

describe('the clock that clients see, in the next life', () => {
  /** A life of an hour, and a next one whose wall clock is off by so much; both ask about that hour's end. */
  async function nextLife(jumpMs: number, awayMs = 0) {
    const before = await openHarness();
    await liveThrough(before, HOUR_MS);
    const end = before.clock.now();
    const clock = new HandClock(end + awayMs + jumpMs);
    const harness = await openHarness({ clock, from: before.crash() });
    /** Sent `ms` after the end of the life before, and worth doing for a second. */
    const sentAfter = async (ms: number) => {
      const asked = harness.ask({ op: 'create', groupId: `${ms}`, expiresAt: end + ms + 1000 });
      await harness.rest();
      return asked.isOpen ? 'taken' : asked.answer;
    };
    return { harness, sentAfter };
  }

  test('follows the wall clock if that was not set', async () => {
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
    let [from, last] = [undefined as Parameters<typeof openHarness>[0], 0];
    for (const atMs of [YEAR_MS, 0, 5000, 5000, YEAR_MS / 2]) {
      const harness = await openHarness({ ...from, clock: new HandClock(atMs) });
      await liveThrough(harness, HOUR_MS);
      const late = harness.ask({ op: 'create', groupId: '5', expiresAt: last });
      await harness.rest();
      expect(late.answer).toMatchObject({ error: { code: 'expired' } });
      last = harness.clientNow();
      from = { from: harness.crash() };
    }
    expect(last).toBeLessThan(2 * YEAR_MS);
  });
});
