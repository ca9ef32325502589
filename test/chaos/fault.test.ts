/**
 * The decks of the chaos run: their faults, which must respect the times that the daemon was
 * configured with.
 */
import { expect, test } from 'vitest';
import { type Dealt, deal, type Fault, type Hand, nameOf } from './fault.ts';
import { FLAVOURS } from './flavours.ts';
import { HELD_MS_MAX, LATE_MS_MAX, QUIESCE_MS, REST_MS } from './times.ts';

const HANDS: readonly Hand[] = ['daemon', 'disk', 'clock', 'clients', 'node01', 'node02', 'node03'];
/** A request may live as long as these faults last. */
const HOLDING: readonly Fault['kind'][] = ['node paused', 'connections held'];

function dealt(hand: Hand, seed: number, count: number): readonly Dealt[] {
  const deck = deal(hand, seed);
  return Array.from({ length: count }, () => deck.next().value as Dealt);
}

test('one seed, one deal; another seed, another', () => {
  for (const hand of HANDS) {
    expect(dealt(hand, 7, 50)).toEqual(dealt(hand, 7, 50));
    expect(dealt(hand, 7, 50)).not.toEqual(dealt(hand, 8, 50));
  }
  expect(dealt('node01', 7, 50).map(({ fault }) => fault.kind)).not.toEqual(
    dealt('node02', 7, 50).map(({ fault }) => fault.kind),
  );
});

test('every fault there is comes within one deck of each hand', () => {
  const names = HANDS.flatMap((hand) => dealt(hand, 3, 60)).map(({ fault }) => nameOf(fault));
  expect([...new Set(names)].sort()).toMatchInlineSnapshot(`
    [
      "a proxy answers in the place of the node",
      "answers held",
      "client killed",
      "clock moved back",
      "clock moved on",
      "connections closed",
      "connections delayed",
      "connections reset",
      "daemon killed",
      "daemon killed at a commit",
      "daemon killed at a request",
      "daemon paused, longer than a hang",
      "daemon paused, shorter than a hang",
      "disk full",
      "disk nearly full",
      "node answers 403",
      "node answers 503",
      "node answers nobody (refuses)",
      "node killed",
      "node paused, longer than a timeout",
      "node paused, shorter than a timeout",
      "node unreachable",
      "requests and answers held",
      "requests held",
    ]
  `);
});

test('P4.2: no fault holds a request back for longer than quiesce says, with what follows it', () => {
  for (let seed = 0; seed < 200; seed++) {
    for (const { fault, afterMs } of HANDS.flatMap((hand) => dealt(hand, seed, 40))) {
      if ('node' in fault) expect(afterMs).toBeGreaterThanOrEqual(REST_MS);
      if (!HOLDING.includes(fault.kind) || !('forMs' in fault)) continue;
      expect(fault.forMs).toBeLessThanOrEqual(HELD_MS_MAX);
      expect(fault.forMs + LATE_MS_MAX).toBeLessThan(QUIESCE_MS);
    }
  }
  expect(REST_MS).toBeGreaterThan(LATE_MS_MAX);
  for (const { lateMs, slowMs } of Object.values(FLAVOURS)) {
    for (const [, most] of [lateMs ?? [0, 0], slowMs ?? [0, 0]]) {
      expect(most).toBeLessThanOrEqual(LATE_MS_MAX);
    }
  }
});
