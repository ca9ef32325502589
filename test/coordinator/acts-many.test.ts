import { describe, expect, test } from 'vitest';
import type { SelectionAnswer } from '../../src/protocol/answer.ts';
import type { RequestInput } from '../../src/protocol/input/request-input.ts';
import { actsOf, BY, waiting } from './support/acts.ts';
import { type Harness, openHarness } from './support/harness.ts';

describe('a selection', () => {
  async function pageOf(harness: Harness, more: object): Promise<SelectionAnswer> {
    const asked = harness.ask({ op: 'cancel', filter: {}, limit: 2, ...more } as RequestInput);
    await harness.rest();
    return asked.answer as SelectionAnswer;
  }

  test('of many commands is one act, with a number for each outcome', async () => {
    const harness = await openHarness();
    await waiting(harness, 'a', 'b', 'c', 'd', 'e');
    const { by } = BY;
    const first = await pageOf(harness, { by });
    expect(first.next).toMatch(/^\d+-2$/);
    expect(await actsOf(harness, { act: 'cancel' })).toEqual([
      expect.objectContaining({ outcome: 'unfinished', matched: 5, results: { refused: 2 } }),
    ]);
    const second = await pageOf(harness, { by, cursor: first.next });
    const third = await pageOf(harness, { by, cursor: second.next });
    expect(third.next).toBeUndefined();
    expect(await actsOf(harness, { act: 'cancel' })).toEqual([
      expect.objectContaining({ outcome: 'done', matched: 5, results: { refused: 5 } }),
    ]);
    const heard = harness.events.filter(([topic]) => topic === 'act.cancel');
    expect(heard.map(([, payload]) => payload)).toMatchObject([
      { outcome: 'unfinished', results: { refused: 2 } },
      { outcome: 'done', results: { refused: 5 } },
    ]);
  });

  test.each([
    ['another operator', { by: 'bob' }],
    ['another filter', { ...BY, filter: { op: 'delete' } }],
    ['another op', { ...BY, op: 'retry' }],
  ])('a page of %s is an act of its own', async (_what, more) => {
    const harness = await openHarness();
    await waiting(harness, 'a', 'b', 'c', 'd');
    const { next } = await pageOf(harness, BY);
    await pageOf(harness, { cursor: next, ...more });
    expect((await actsOf(harness)).map(({ act }) => act)).toHaveLength(3);
    const [, first] = await actsOf(harness);
    expect(first).toMatchObject({ outcome: 'unfinished', results: { refused: 2 } });
  });

  test('a page after a restart is an act of its own', async () => {
    const harness = await openHarness();
    await waiting(harness, 'a', 'b', 'c', 'd');
    const { next } = await pageOf(harness, {});
    const later = await openHarness({ clock: harness.clock, from: harness.crash() });
    await pageOf(later, { cursor: next });
    expect(await actsOf(later, { act: 'cancel' })).toMatchObject([
      { number: 3, outcome: 'done', matched: 2 },
      { number: 2, outcome: 'unfinished', matched: 4 },
    ]);
  });
});
