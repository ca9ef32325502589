import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Nodesim, startNodesim } from '../support/nodesim.ts';
import { errorText, failureOf, groupCalls, rawCall } from './raw-call.ts';

let sim: Nodesim;
let base: string;

beforeAll(async () => {
  sim = await startNodesim();
  base = `${sim.sharedUrl}/v1`;
});
afterAll(() => sim[Symbol.asyncDispose]());
beforeEach(() => sim.reset());

const UNKNOWN = "node node04 is not configured. Available nodes ['node01', 'node02', 'node03']";

describe('the port that serves all nodes', () => {
  it('reaches the node that the header names, the same one as its own port', async () => {
    expect((await groupCalls(base, { node: 'node02' }).create('5')).status).toBe(201);
    expect((await groupCalls(sim.urls['node02'] ?? '').read('5')).status).toBe(200);
    expect((await groupCalls(base, { node: 'node01' }).read('5')).status).toBe(404);
  });

  it('answers 406 when the node header is missing or names no node', async () => {
    const missing = await groupCalls(base).create('5');
    const words = 'provide node parameter in request headers';
    expect([missing.status, missing.text]).toEqual([406, errorText(406, words)]);
    const unknown = await groupCalls(base, { node: 'node04' }).remove('5');
    expect([unknown.status, unknown.text]).toEqual([406, errorText(406, UNKNOWN)]);
    const listed = await rawCall(`${base}/group`, { headers: { node: 'node04' } });
    expect([listed.status, listed.text]).toEqual([406, errorText(406, UNKNOWN)]);
  });

  it('spoils calls that name no node at the rate that was last set for all nodes', async () => {
    const set = (path: string, randomBehavior: number) =>
      rawCall(`${sim.sharedUrl}/_sim/settings${path}`, {
        method: 'PUT',
        body: JSON.stringify({ randomBehavior }),
      });
    const status = async () => (await groupCalls(base).create('5')).status;
    await set('/node01', 1);
    expect(await status()).toBe(406);
    await set('', 1);
    expect(await status()).not.toBe(406);
    await set('/*', 0);
    expect(await status()).toBe(406);
    await set('', 1);
    await sim.reset();
    expect(await status()).toBe(406);
  });

  it('checks the timestamp before the node', async () => {
    expect((await groupCalls(base).create('5', { timestamp: 'None' })).status).toBe(500);
  });

  it('reports the stats of all nodes, true if they hold the same keys', async () => {
    const stats = () => rawCall(`${base}/stats`);
    const empty = await stats();
    expect([empty.status, empty.type, empty.text]).toEqual([
      200,
      'text/html; charset=utf-8',
      '[true, {"node01": 0, "node02": 0, "node03": 0}]',
    ]);
    const nodes = ['node01', 'node02', 'node03'].map((node) => groupCalls(base, { node }));
    await nodes[0]?.create('a');
    expect((await stats()).text).toBe('[false, {"node01": 1, "node02": 0, "node03": 0}]');
    await nodes[1]?.create('b');
    await nodes[2]?.create('a');
    expect((await stats()).text).toBe('[false, {"node01": 1, "node02": 1, "node03": 1}]');
    for (const node of nodes) for (const key of ['b', 'a']) await node.create(key);
    expect((await stats()).text).toBe('[true, {"node01": 2, "node02": 2, "node03": 2}]');
  });

  it('answers ping', async () => {
    expect((await rawCall(`${sim.sharedUrl}/ping`)).text).toBe('PONG\n');
  });

  it('speaks the challenge dialect too', async () => {
    const headers = { node: 'node03' };
    const body = { groupId: '5' };
    expect((await rawCall(`${base}/group/`, { method: 'POST', headers, body })).status).toBe(201);
    expect((await rawCall(`${base}/group/5/`, { headers })).status).toBe(200);
  });

  it('passes on faults: resets, broken-off bodies, silence', async () => {
    const node = groupCalls(base, { node: 'node01' });
    await sim.setFaults('node01', { resetAfter: 1 });
    expect(await failureOf(node.create('5'))).toBe('ECONNRESET');
    await sim.setFaults('node01', { garbage: 1, garbageForms: ['truncated'] });
    expect(await failureOf(node.read('5'))).toBe('ECONNRESET');
    await sim.setFaults('node01', { noAnswer: 1 });
    const signal = AbortSignal.timeout(200);
    expect(
      await failureOf(rawCall(`${base}/group/5`, { headers: { node: 'node01' }, signal })),
    ).toBe('ABORT_ERR');
    await sim.clearFaults();
    expect((await node.read('5')).status).toBe(200);
  });

  it('answers 502 for a node that refuses connections', async () => {
    await sim.setFaults('node01', { refuse: true });
    const answer = await groupCalls(base, { node: 'node01' }).create('5');
    expect([answer.status, answer.text]).toEqual([
      502,
      errorText(502, 'the node refuses connections'),
    ]);
    await sim.clearFaults();
    expect((await groupCalls(base, { node: 'node01' }).read('5')).status).toBe(404);
  });
});
