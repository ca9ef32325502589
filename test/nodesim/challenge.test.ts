import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Nodesim, startNodesim } from '../support/nodesim.ts';
import { errorText, type RawAnswer, rawCall } from './raw-call.ts';

let sim: Nodesim;
let base: string;

beforeAll(async () => {
  sim = await startNodesim({ nodes: ['n'] });
  base = sim.urls['n'] ?? '';
});
afterAll(() => sim[Symbol.asyncDispose]());
beforeEach(() => sim.reset());

function change(method: string, headers: Record<string, string> = {}): Promise<RawAnswer> {
  return rawCall(`${base}/group/`, { method, headers, body: { groupId: '5' } });
}

describe('the challenge contract, told by the trailing slash', () => {
  it('creates, reads and deletes', async () => {
    const created = await change('POST');
    expect([created.status, created.text]).toEqual([201, 'CREATED\n']);
    const read = await rawCall(`${base}/group/5/`);
    expect([read.status, read.text]).toEqual([200, '{"groupId":"5"}\n']);
    const deleted = await change('DELETE');
    expect([deleted.status, deleted.text]).toEqual([200, 'OK\n']);
  });

  it('answers a create of what is there with 400 in its own words', async () => {
    await change('POST');
    const again = await change('POST');
    const words = 'Bad request. Perhaps the object exists.';
    expect([again.status, again.text]).toEqual([400, errorText(400, words)]);
  });

  it('answers a read of what is not there with 404', async () => {
    const read = await rawCall(`${base}/group/5/`);
    expect([read.status, read.text]).toEqual([404, errorText(404, 'Not found')]);
  });

  it('ignores the timestamp header, even one that is no number', async () => {
    expect((await change('POST', { timestamp: 'None' })).status).toBe(201);
    expect((await change('DELETE', { timestamp: '7' })).status).toBe(200);
  });

  it.each([
    [404, errorText(404, 'Not found')],
    [200, 'OK\n'],
    [204, ''],
    [400, errorText(400, "Bad request. Perhaps the object doesn't exist.")],
  ] as const)('answers a delete of a missing record with %i when set to', async (status, text) => {
    await sim.setSettings('n', { deleteMissing: status });
    const deleted = await change('DELETE');
    expect([deleted.status, deleted.text]).toEqual([status, text]);
  });

  it('answers a delete of what is not there with 404 by default', async () => {
    expect((await change('DELETE')).status).toBe(404);
  });

  it('takes keys that hold slashes, encoded', async () => {
    await rawCall(`${base}/group/`, { method: 'POST', body: { groupId: 'a/b/' } });
    expect((await rawCall(`${base}/group/${encodeURIComponent('a/b/')}/`)).status).toBe(200);
  });

  it('has no list call', async () => {
    const listed = await rawCall(`${base}/group/`);
    expect([listed.status, listed.headers['allow']]).toEqual([405, 'POST, DELETE']);
  });

  it('shares its records with the other dialect', async () => {
    await change('POST');
    expect((await rawCall(`${base}/group/5`)).status).toBe(200);
  });
});
