import { expect, test } from 'vitest';
import {
  ACT_TEXT_MAX,
  type ActBegin,
  type ActEnd,
  type ActFilter,
} from '../../../src/journal/act.ts';
import { IllegalWrite } from '../../../src/journal/errors.ts';
import { type Driver, lives } from '../support/driver.ts';

const HOSTILE = 'ann\u202Egnp.\u2066\n\u001b[31m "\'; DROP TABLE act; --';

function anAct(more: Partial<ActBegin> = {}): ActBegin {
  return { kind: 'cancel', at: 1000, lived: 10, isProven: false, door: 'zeromq', ...more };
}

export function acts(driver: Driver): void {
  const life = lives(driver);
  const begin = (...some: readonly ActBegin[]) => life.journal.noteActs({ begin: some, end: [] });
  const end = (...some: readonly ActEnd[]) => life.journal.noteActs({ begin: [], end: some });
  const numbersOf = async (filter: ActFilter = {}) =>
    (await life.journal.acts(filter, undefined, 100)).acts.map(({ number }) => number);

  test('an act is there from its beginning, after a restart too', async () => {
    const full = anAct({ by: 'ann', isProven: true, on: 'order-17', filter: '{"stuck":true}' });
    expect(await begin(full, anAct({ kind: 'pause' }))).toEqual([1, 2]);
    await life.restart();
    expect((await life.journal.acts({}, undefined, 10)).acts).toEqual([
      { number: 2, ...anAct({ kind: 'pause' }), outcome: 'unfinished' },
      { number: 1, ...full, outcome: 'unfinished' },
    ]);
  });

  test('its end replaces the end that was noted before; an unknown number changes nothing', async () => {
    await begin(anAct());
    await end({ number: 1, outcome: 'unfinished', matched: 3, results: { rolled_back: 1 } });
    await end({ number: 1, outcome: 'done', matched: 3, results: { rolled_back: 3 } });
    await end({ number: 7, outcome: 'done' });
    await life.restart();
    expect((await life.journal.acts({}, undefined, 10)).acts).toEqual([
      { number: 1, ...anAct(), outcome: 'done', matched: 3, results: { rolled_back: 3 } },
    ]);
    await end({ number: 1, outcome: 'refused', error: 'busy' });
    expect((await life.journal.acts({}, undefined, 10)).acts).toEqual([
      { number: 1, ...anAct(), outcome: 'refused', error: 'busy' },
    ]);
  });

  test('are listed newest first, page by page', async () => {
    await begin(...Array.from({ length: 7 }, () => anAct()));
    const seen: number[] = [];
    for (let below: number | undefined = 7; below !== undefined; ) {
      const page = await life.journal.acts({}, below, 2);
      expect(page.acts.length).toBeLessThanOrEqual(2);
      seen.push(...page.acts.map(({ number }) => number));
      below = page.next;
    }
    expect(seen).toEqual([6, 5, 4, 3, 2, 1]);
  });

  test('are found by kind, operator, target, outcome and time', async () => {
    await begin(
      anAct({ by: 'ann', on: 'a' }),
      anAct({ kind: 'pause', by: 'bob', on: 'bulk', at: 2000 }),
      anAct({ kind: 'breaker_open', on: 'node01', at: 3000 }),
    );
    await end({ number: 2, outcome: 'done' });
    const many = async (filter: ActFilter) => {
      const found: number[] = [];
      for (let below: number | undefined; ; ) {
        const page = await life.journal.acts(filter, below, 1);
        found.push(...page.acts.map(({ number }) => number));
        if (page.next === undefined) return found;
        below = page.next;
      }
    };
    expect(await many({ kinds: ['pause', 'breaker_open'] })).toEqual([3, 2]);
    expect(await many({ by: ['ann', 'eve'] })).toEqual([1]);
    expect(await many({ on: 'node01' })).toEqual([3]);
    expect(await many({ outcome: 'unfinished' })).toEqual([3, 1]);
    expect(await many({ since: 2000, before: 3000 })).toEqual([2]);
    expect(await many({ by: ['ann'], on: 'bulk' })).toEqual([]);
  });

  test('P7: pruning removes the oldest, in steps; numbers are not given again', async () => {
    await begin(anAct({ lived: 10 }), anAct({ lived: 20 }), anAct({ lived: 90 }));
    const prune = (limit: number, lived = 100) =>
      life.journal.pruneActs({ lived, retentionMs: 50, limit });
    expect(await prune(1)).toBe(1);
    expect(await prune(10)).toBe(1);
    expect(await prune(10)).toBe(0);
    expect(await numbersOf()).toEqual([3]);
    await prune(10, 1000);
    await life.restart();
    expect(await begin(anAct())).toEqual([4]);
  });

  test('P9: a text is bounded; with one too long, none of the writes is stored', async () => {
    await expect(begin(anAct(), anAct({ by: 'a'.repeat(1_000_000) }))).rejects.toThrow(
      IllegalWrite,
    );
    await expect(begin(anAct({ filter: 'a'.repeat(ACT_TEXT_MAX + 1) }))).rejects.toThrow(
      'filter of an act is 4001 characters long',
    );
    expect(await numbersOf()).toEqual([]);
    expect(await begin(anAct({ by: HOSTILE, on: HOSTILE }))).toEqual([1]);
    const [act] = (await life.journal.acts({ by: [HOSTILE] }, undefined, 10)).acts;
    expect(act).toMatchObject({ by: HOSTILE, on: HOSTILE });
  });
}
