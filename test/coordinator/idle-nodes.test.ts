/** Nodes that no command calls: health checks, ordered in virtual time, with executors played by hand. */
import { describe, expect, test } from 'vitest';
import { IdleNodes } from '../../src/coordinator/breakers/idle-nodes.ts';
import { type Harness, openHarness } from './support/harness.ts';
import { answerTrial, breakersOf, failing, opened } from './support/outage.ts';

const EVERY = { healthCheckEveryMs: 5000 };
const DEAD = 'connect ECONNREFUSED 10.0.0.2:80';

function checksOf(harness: Harness, node = 'node02') {
  return harness.ordersOf('check').filter((order) => order.node === node).length;
}

async function answerCheck(
  harness: Harness,
  healthSignal: 'good' | 'bad' | 'none',
  node = 'node02',
): Promise<void> {
  const lastError = healthSignal === 'bad' ? { lastError: DEAD } : {};
  harness.report({ kind: 'checked', node, healthSignal, ...lastError });
  await harness.rest();
}

describe('a node that no command calls', () => {
  test('is asked every five seconds, one check at a time, by one executor', async () => {
    const harness = await openHarness({ ...EVERY, executors: 3 });
    await harness.advance(4500);
    expect(harness.ordersOf('check')).toEqual([]);
    await harness.advance(750);
    expect(harness.ordersOf('check').map(({ node }) => node)).toEqual([
      'node01',
      'node02',
      'node03',
    ]);
    await harness.advance(60_000);
    expect(checksOf(harness)).toBe(1);
    await answerCheck(harness, 'good');
    await harness.advance(4500);
    expect(checksOf(harness)).toBe(1);
    await harness.advance(750);
    expect(checksOf(harness)).toBe(2);
  });

  test('P8: is shown as away within seven seconds of its death, with the reason, and nothing is sent to it', async () => {
    const harness = await openHarness(EVERY);
    await harness.advance(5250);
    await answerCheck(harness, 'bad');
    expect(await breakersOf(harness)).toMatchObject({ node02: { state: 'closed' } });
    await harness.advance(1250);
    expect(checksOf(harness)).toBe(2);
    await answerCheck(harness, 'bad');
    expect(await breakersOf(harness)).toMatchObject({
      node01: { state: 'closed' },
      node02: {
        state: 'open',
        openings: 1,
        cause: '2 health checks in a row failed',
        lastError: DEAD,
      },
    });
    const refused = harness.ask({ op: 'create', groupId: '1' });
    await harness.rest();
    expect(refused.answer).toMatchObject({ error: { code: 'unavailable' } });
    expect(harness.driven).toEqual([]);
  });

  test('is tried as after any other outage, and asked again when it is back', async () => {
    const harness = await openHarness(EVERY);
    await harness.advance(5250);
    await answerCheck(harness, 'bad');
    await harness.advance(1250);
    await answerCheck(harness, 'bad');
    await harness.advance(1000);
    for (let trial = 0; trial < 4; trial++) await answerTrial(harness, 'good');
    expect(await breakersOf(harness)).toMatchObject({ node02: { state: 'closed' } });
    const before = checksOf(harness);
    await harness.advance(5500);
    expect(checksOf(harness)).toBe(before + 1);
  });

  test('one failed check opens nothing, nor do two with a good one between them', async () => {
    const harness = await openHarness(EVERY);
    for (const signal of ['bad', 'good', 'bad'] as const) {
      await harness.advance(5250);
      await answerCheck(harness, signal);
      expect(await breakersOf(harness)).toMatchObject({ node02: { state: 'closed' } });
    }
  });

  test('a check that says nothing of the node opens nothing, and forgives no failed one', async () => {
    const harness = await openHarness(EVERY);
    for (const signal of ['none', 'none', 'bad', 'none'] as const) {
      await harness.advance(5250);
      await answerCheck(harness, signal);
      expect(await breakersOf(harness)).toMatchObject({ node02: { state: 'closed' } });
    }
    await harness.advance(1250);
    await answerCheck(harness, 'bad');
    expect(await breakersOf(harness)).toMatchObject({ node02: { state: 'open' } });
  });

  test('calls of commands keep it from being asked, and say more than a check under way', async () => {
    const harness = await openHarness(EVERY);
    const good = { calls: 1, failures: 0, slow: 0, failuresInRow: 0 };
    for (let second = 0; second < 20; second++) {
      harness.report({ kind: 'health', nodes: { node02: good } });
      await harness.advance(1000);
    }
    expect([checksOf(harness), checksOf(harness, 'node01')]).toEqual([0, 1]);
    await harness.advance(5250);
    await answerCheck(harness, 'bad');
    await harness.advance(1250);
    harness.report({ kind: 'health', nodes: { node02: good } });
    await answerCheck(harness, 'bad');
    expect(await breakersOf(harness)).toMatchObject({ node02: { state: 'closed' } });
  });

  test('is not asked while its breaker is not closed, when it is retired, or where that is off', async () => {
    const off = await openHarness();
    const open = await openHarness(EVERY);
    await opened(open);
    const forced = await openHarness(EVERY);
    forced.ask({ op: 'breaker', act: 'open', node: 'node02' });
    const retired = await openHarness(EVERY);
    retired.ask({ op: 'node', act: 'retire', node: 'node02', force: true });
    for (const harness of [off, open, forced, retired]) {
      await harness.advance(30_000);
      expect(checksOf(harness)).toBe(0);
    }
  });

  test('a check that ends when commands have opened its breaker changes nothing', async () => {
    const harness = await openHarness(EVERY);
    await harness.advance(5250);
    await answerCheck(harness, 'bad');
    await harness.advance(1250);
    harness.report(failing('node02'));
    await answerCheck(harness, 'bad');
    expect(await breakersOf(harness)).toMatchObject({
      node02: { cause: '10 failures in a row', openings: 1 },
    });
  });
});

test('a node that is not configured is a fault of this program', () => {
  const idle = new IdleNodes(['node01'], { everyMs: 5000, now: 0 });
  expect(() => idle.ask('node02', 0)).toThrow('there is no node node02');
});
