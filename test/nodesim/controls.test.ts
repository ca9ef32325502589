import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Nodesim, startNodesim } from '../support/nodesim.ts';
import { errorText, failureOf, groupCalls, type RawAnswer, rawCall } from './raw-call.ts';

let sim: Nodesim;

beforeAll(async () => {
  sim = await startNodesim({ seed: 9 });
});
afterAll(() => sim[Symbol.asyncDispose]());
beforeEach(() => sim.reset());

function control(method: string, path: string, body?: unknown): Promise<RawAnswer> {
  return rawCall(`${sim.sharedUrl}/_sim${path}`, { method, body });
}

async function json(answer: Promise<RawAnswer>): Promise<unknown> {
  return JSON.parse((await answer).text);
}

describe('the controls', () => {
  it('set, show and clear the faults of one node or all', async () => {
    const faults = { errorBefore: 0.1, lateMs: [1, 2] };
    expect(await json(control('PUT', '/faults/node01', faults))).toEqual(faults);
    expect(await json(control('GET', '/faults'))).toEqual({
      node01: faults,
      node02: {},
      node03: {},
    });
    expect(await json(control('PUT', '/faults', { slow: 1 }))).toEqual({
      node01: { slow: 1 },
      node02: { slow: 1 },
      node03: { slow: 1 },
    });
    await control('DELETE', '/faults/node02');
    expect(await json(control('GET', '/faults/node02'))).toEqual({});
    await control('DELETE', '/faults/*');
    expect(await json(control('GET', '/faults'))).toEqual({ node01: {}, node02: {}, node03: {} });
  });

  it('show and change the settings of a node', async () => {
    const start = { randomBehavior: 0, showTokens: false, deleteMissing: 404 };
    expect(await json(control('GET', '/settings/node01'))).toEqual(start);
    const changed = await json(control('PUT', '/settings/node01', { randomBehavior: 0.5 }));
    expect(changed).toEqual({ ...start, randomBehavior: 0.5 });
    await control('POST', '/reset/node01');
    expect(await json(control('GET', '/settings/node01'))).toEqual(start);
  });

  it('count calls, answers and faults', async () => {
    const group = groupCalls(sim.urls['node01'] ?? '');
    await group.create('5');
    await group.create('5');
    await group.read('5');
    await sim.setFaults('node01', { forceStatus: 403 });
    await group.remove('5');
    await sim.list('node01');
    const counters = await sim.counters();
    expect(counters['node01']).toMatchObject({
      calls: { create: 2, delete: 1, read: 1, list: 1 },
      answers: { 200: 1, 201: 1, 400: 1, 403: 1 },
      faults: { randomBehavior: 0, forceStatus: 1, late: 0 },
      late: { waiting: 0, landed: 0 },
    });
    expect(counters['node02']?.calls).toEqual({ create: 0, delete: 0, read: 0, list: 0 });
  });

  it('reset empties the nodes and drops what was to land late', async () => {
    const group = groupCalls(sim.urls['node01'] ?? '');
    await group.create('5');
    await sim.setFaults('node01', { late: 1, lateMs: [50, 50], lateAnswer: 'reset' });
    await group.create('6').catch(() => undefined);
    await sim.reset();
    expect(await sim.stats()).toEqual([true, { node01: 0, node02: 0, node03: 0 }]);
    expect(await json(control('GET', '/faults/node01'))).toEqual({});
    // A later effect with a longer delay shows that the earlier one's time has passed.
    await sim.setFaults('node01', { late: 1, lateMs: [100, 100], lateAnswer: 'reset', times: 1 });
    await group.create('7').catch(() => undefined);
    await expect.poll(() => sim.list('node01'), { timeout: 5000 }).toEqual(['7']);
  });

  it('reset cuts slow calls under way, which then do nothing', async () => {
    const group = groupCalls(sim.urls['node01'] ?? '');
    await sim.setFaults('node01', { slow: 1, slowMs: [60_000, 60_000], slowEffect: 'after' });
    const slow = failureOf(group.create('5'));
    const called = async () => (await sim.counters())['node01']?.calls.create;
    await expect.poll(called).toBe(1);
    await sim.reset();
    expect(await slow).toBe('ECONNRESET');
    expect(await sim.list('node01')).toEqual([]);
  });

  it('show the seed and the ports', async () => {
    const overview = (await json(control('GET', ''))) as {
      seed: number;
      nodes: Record<string, { port: number }>;
    };
    expect(overview.seed).toBe(9);
    expect(`http://127.0.0.1:${overview.nodes['node03']?.port}/v1`).toBe(sim.urls['node03']);
  });

  it('are on a node’s own port for that node alone', async () => {
    const own = `${(sim.urls['node02'] ?? '').replace('/v1', '')}/_sim`;
    await rawCall(`${own}/faults`, { method: 'PUT', body: { slow: 0.5 } });
    expect(await json(rawCall(`${own}/faults`))).toEqual({ node02: { slow: 0.5 } });
    expect(await json(control('GET', '/faults'))).toEqual({
      node01: {},
      node02: { slow: 0.5 },
      node03: {},
    });
    expect((await rawCall(`${own}/faults/node01`)).status).toBe(404);
  });

  it.each([
    [{ erorBefore: 1 }, 'unknown field "erorBefore": did you mean "errorBefore"?'],
    [{ errorBefore: 1.1 }, 'errorBefore: too big: expected number to be <=1'],
    [{ errorBefore: -0.1 }, 'errorBefore: too small: expected number to be >=0'],
    [{ errorBefore: '1' }, 'errorBefore: expected number, received string'],
    [{ errorAfterStatuses: [200] }, 'errorAfterStatuses.0: too small: expected number to be >=400'],
    [{ lateMs: [5, 1] }, 'lateMs: must not fall: [least, most]'],
    [{ noAnswerEffect: 'maybe' }, 'noAnswerEffect: must be true, false or "random"'],
    [{ times: 0 }, 'times: too small: expected number to be >=1'],
    [
      { errorBefore: 0.6, late: 0.6 },
      'the probabilities add up to 1.2; a call suffers at most one fault, so at most 1',
    ],
    [[], 'the body: expected object, received array'],
    [null, 'the body: expected object, received null'],
  ])('refuse the faults %j', async (body, message) => {
    const answer = await control('PUT', '/faults/node01', body);
    expect([answer.status, answer.text]).toEqual([400, errorText(400, message)]);
    expect(await json(control('GET', '/faults/node01'))).toEqual({});
  });

  it('take probabilities that add up to 1 in decimal fractions', async () => {
    const faults = { errorBefore: 0.7, errorAfter: 0.1, resetBefore: 0.2 };
    expect((await control('PUT', '/faults/node01', faults)).status).toBe(200);
  });

  it('refuse settings they don’t know and what is no JSON', async () => {
    const unknown = await control('PUT', '/settings/node01', { showToken: true });
    const words = 'unknown field "showToken": did you mean "showTokens"?';
    expect([unknown.status, unknown.text]).toEqual([400, errorText(400, words)]);
    const status = await control('PUT', '/settings/node01', { deleteMissing: 201 });
    expect(status.text).toBe(errorText(400, 'deleteMissing: must be one of 404, 200, 204, 400'));
    const broken = await control('PUT', '/faults/node01', '{"slow":');
    expect(broken.status).toBe(400);
    expect(broken.text).toContain('the body is not JSON');
  });

  it('name a node that does not exist, and methods and paths that don’t', async () => {
    const unknown = await control('GET', '/faults/node1');
    const words = 'no node "node1": did you mean "node01"?';
    expect([unknown.status, JSON.parse(unknown.text)]).toEqual([
      404,
      { message: words, status: 404 },
    ]);
    const post = await control('POST', '/faults', {});
    expect([post.status, post.headers['allow']]).toEqual([405, 'GET, PUT, DELETE']);
    for (const path of ['/fault', '/faults/node01/x', '/constructor']) {
      expect((await control('GET', path)).status).toBe(404);
    }
  });
});
