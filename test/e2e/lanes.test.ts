/** Interactive commands do not wait behind bulk commands, and a full queue answers `busy`. */
import { describe, expect, test } from 'vitest';
import { isError, type LockstepClient } from '../../src/client/index.ts';
import { startCluster, statusOf } from '../support/cluster.ts';

const BULK = 100_000;
const BATCH = 5000;
const CONCURRENCY = 64;
const HURRIED = 25;

describe('lanes', () => {
  test('an interactive command waits for no more than the work in flight', async () => {
    const { client } = await startCluster({
      executors: 1,
      env: { LOCKSTEP_CONCURRENCY: String(CONCURRENCY) },
    });
    const aloneMs = median(await timeEach(client, 'alone'));
    await queue(client);
    const begun = performance.now();
    const [before, timesMs] = [await waiting(client), await timeEach(client, 'hurried')];
    const after = await waiting(client);
    const aCommandMs = (performance.now() - begun) / (before - after);
    // The queue was never empty, or the times would prove nothing.
    expect(after).toBeGreaterThan(BULK / 10);
    // The time of the command and of all exchanges in flight, on a busy machine.
    const boundMs = 3 * (aloneMs + CONCURRENCY * aCommandMs);
    expect(median(timesMs)).toBeLessThan(boundMs);
    // The expected time at the end of the bulk queue.
    expect(Math.max(...timesMs)).toBeLessThan((after * aCommandMs) / 2);
  });

  test('a bulk command gets its share beside interactive ones', async () => {
    const { client } = await startCluster({
      executors: 1,
      env: { LOCKSTEP_CONCURRENCY: '4', LOCKSTEP_INTERACTIVE_SHARE: '0.75' },
    });
    const ended: string[] = [];
    const lanes = ['interactive', 'bulk'] as const;
    const asked = lanes.flatMap((lane) =>
      Array.from({ length: 1000 }, async (_, index) => {
        const answer = await client.create(`${lane} ${index}`, { lane });
        ended.push(isError(answer) ? answer.error.code : lane);
      }),
    );
    await Promise.all(asked);
    const early = ended.slice(200, 1000).filter((lane) => lane === 'bulk').length;
    expect(early).toBeGreaterThan(100);
    expect(early).toBeLessThan(400);
  });
});

describe('a paused lane', () => {
  test('P3: holds commands back over a kill, and continues from there', async () => {
    const { client, daemon, sim } = await startCluster({ executors: 1 });
    await client.pause('bulk', { by: 'ann@bastion' });
    const keys = Array.from({ length: 50 }, (_, index) => `held ${index}`);
    const held = { lane: 'bulk', wait: 'accepted' } as const;
    await Promise.all(keys.map((id) => client.create(id, { id, ...held })));
    expect(await client.create('hurried')).toMatchObject({ state: 'committed' });
    await daemon.kill9();
    await daemon.restart();
    expect(await client.create('hurried again')).toMatchObject({ state: 'committed' });
    expect(await client.summary()).toMatchObject({
      open: 50,
      lanes: { bulk: { waiting: 50, running: 0, paused: { by: 'ann@bastion (unverified)' } } },
    });
    expect(await sim.list('node01')).toEqual(['hurried', 'hurried again']);
    await client.resume();
    for (const id of keys) await statusOf(client, id, { state: 'committed' });
    expect(await sim.list('node01')).toHaveLength(52);
  });
});

describe('a full queue', () => {
  test('P9: answers busy, keeps nothing of it, and takes the same id when there is room', async () => {
    // No breaker opens: it would answer `unavailable`, which says nothing about the queue.
    const never = '1000000';
    const breakers = { LOCKSTEP_BREAKER_FAILURES: never, LOCKSTEP_BREAKER_VOLUME: never };
    const env = { LOCKSTEP_OPEN_MAX: '100', ...breakers };
    const { client, sim } = await startCluster({ executors: 1, env });
    await sim.setFaults('*', { noAnswer: 1 });
    const keys = Array.from({ length: 100 }, (_, index) => `${index}`);
    const accepted = await Promise.all(
      keys.map((id) => client.create(id, { id, wait: 'accepted' })),
    );
    expect(accepted.filter(isError)).toEqual([]);

    const busy = await client.create('one more', { id: 'more' });
    expect(busy).toMatchObject({ error: { code: 'busy', retryAfterMs: expect.any(Number) } });
    const unknown = { error: { code: 'unknown_command' } };
    expect(await client.status('more')).toMatchObject(unknown);
    // P7: a repeat of an open command is not rejected.
    const known = await client.create('0', { id: '0', wait: 'accepted' });
    expect(known).toMatchObject({ id: '0', state: 'applying' });
    expect(await client.summary()).toMatchObject({ open: 100, openMax: 100 });

    const persistent = client.create('one more', { id: 'more', persist: true });
    await sim.clearFaults();
    expect(await persistent).toMatchObject({ id: 'more', state: 'committed' });
    for (const id of keys) await statusOf(client, id, { state: 'committed' });
  });
});

/** Fills the bulk lane. */
async function queue(client: LockstepClient): Promise<void> {
  for (let first = 0; first < BULK; first += BATCH) {
    const commands = Array.from({ length: BATCH }, (_, index) => ({
      op: 'create' as const,
      groupId: `bulk ${first + index}`,
      lane: 'bulk' as const,
      wait: 'accepted' as const,
      deadlineMs: 600_000,
    }));
    const answer = await client.batch(commands);
    expect(isError(answer) || answer.results.some(isError)).toBe(false);
  }
}

async function waiting(client: LockstepClient): Promise<number> {
  const summary = await client.summary();
  return isError(summary) ? Number.NaN : summary.lanes.bulk.waiting;
}

/** Commands one after another; returns the time of each. */
async function timeEach(client: LockstepClient, name: string): Promise<readonly number[]> {
  const timesMs: number[] = [];
  for (let count = 0; count < HURRIED; count++) {
    const begun = performance.now();
    const answer = await client.create(`${name} ${count}`);
    timesMs.push(performance.now() - begun);
    expect(answer).toMatchObject({ state: 'committed' });
  }
  return timesMs;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
