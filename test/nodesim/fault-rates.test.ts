import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Nodesim, startNodesim } from '../support/nodesim.ts';
import { errorText, failureOf, groupCalls, rawCall } from './raw-call.ts';

let sim: Nodesim;
let base: string;
let group: ReturnType<typeof groupCalls>;

beforeAll(async () => {
  sim = await startNodesim();
  base = sim.urls['node01'] ?? '';
  group = groupCalls(base);
});
afterAll(() => sim[Symbol.asyncDispose]());
beforeEach(() => sim.reset());

describe('narrowing a fault', () => {
  it('to some operations', async () => {
    await sim.setFaults('node01', { forceStatus: 500, on: ['delete'] });
    expect((await group.create('5')).status).toBe(201);
    expect((await group.remove('5')).status).toBe(500);
    expect((await group.read('5')).status).toBe(200);
  });

  it('to some keys', async () => {
    await sim.setFaults('node01', { errorBefore: 1, groupIds: ['a', 'é/b'] });
    expect((await group.create('b')).status).toBe(201);
    expect((await group.create('a')).status).toBeGreaterThan(400);
    expect((await group.read('é/b')).status).toBeGreaterThan(404);
    expect((await rawCall(`${base}/group`, { method: 'POST', body: '{' })).status).toBe(400);
  });

  it('to a number of times', async () => {
    await sim.setFaults('node01', { resetAfter: 1, times: 2, on: ['create'] });
    expect((await group.read('5')).status).toBe(404);
    expect(await failureOf(group.create('1'))).toBe('ECONNRESET');
    expect(await failureOf(group.create('2'))).toBe('ECONNRESET');
    expect((await group.create('3')).status).toBe(201);
  });

  it('to one node', async () => {
    await sim.setFaults('node02', { forceStatus: 403 });
    expect((await group.create('5')).status).toBe(201);
    expect((await groupCalls(sim.urls['node02'] ?? '').create('5')).status).toBe(403);
  });
});

describe('how often', () => {
  it('RANDOM_BEHAVIOR=0.2 fails 0.2 ± 0.02 of 5,000 calls, half 500 and half 408', async () => {
    await sim.setSettings('node01', { randomBehavior: 0.2 });
    const { 500: internal = 0, 408: timeout = 0 } = await countReads(5000);
    expect((internal + timeout) / 5000).toBeGreaterThan(0.18);
    expect((internal + timeout) / 5000).toBeLessThan(0.22);
    expect(internal / (internal + timeout)).toBeGreaterThan(0.45);
    expect(internal / (internal + timeout)).toBeLessThan(0.55);
    const faults = (await sim.counters())['node01']?.faults;
    expect(faults?.randomBehavior).toBe(internal + timeout);
  });

  it('RANDOM_BEHAVIOR strikes with the original’s words, before the headers are looked at', async () => {
    await sim.setSettings('node01', { randomBehavior: 1 });
    const words = new Set<string>();
    for (let call = 0; call < 30; call++) {
      words.add((await group.create('5', { node: 'nonsense', timestamp: 'None' })).text);
    }
    expect([...words].toSorted()).toEqual(
      [
        errorText(408, 'Timeout due to Random Behavior'),
        errorText(500, 'InternalServerError due to Random Behavior'),
      ].toSorted(),
    );
  });

  it('each kind strikes as often as it says, whatever the others say', async () => {
    await sim.setFaults('node01', {
      errorBefore: 0.1,
      errorBeforeStatuses: [418],
      errorAfter: 0.2,
      errorAfterStatuses: [502],
      garbage: 0.3,
      garbageForms: ['html'],
    });
    const counts = await countReads(5000);
    expect((counts[418] ?? 0) / 5000).toBeCloseTo(0.1, 1);
    const { faults } = (await sim.counters())['node01'] ?? {};
    expect(Math.abs((faults?.errorBefore ?? 0) - 500)).toBeLessThan(90);
    expect(Math.abs((faults?.errorAfter ?? 0) - 1000)).toBeLessThan(120);
    expect(Math.abs((faults?.garbage ?? 0) - 1500)).toBeLessThan(140);
  });

  async function countReads(total: number): Promise<Record<number, number>> {
    const counts: Record<number, number> = {};
    let left = total;
    const client = async (): Promise<void> => {
      while (left-- > 0) {
        const response = await fetch(`${base}/group/5`);
        await response.text();
        counts[response.status] = (counts[response.status] ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: 16 }, client));
    return counts;
  }
});
