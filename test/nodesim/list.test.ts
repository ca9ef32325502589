import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Nodesim, startNodesim } from '../support/nodesim.ts';
import { errorText, groupCalls, rawCall } from './raw-call.ts';

let sim: Nodesim;
let base: string;

beforeAll(async () => {
  sim = await startNodesim({ nodes: ['n'] });
  base = sim.urls['n'] ?? '';
});
afterAll(() => sim[Symbol.asyncDispose]());
beforeEach(() => sim.reset());

async function fill(keys: readonly string[]): Promise<void> {
  const group = groupCalls(base);
  for (const key of keys) expect((await group.create(key)).status).toBe(201);
}

async function page(query: string): Promise<unknown> {
  const answer = await rawCall(`${base}/group${query}`);
  return JSON.parse(answer.text);
}

describe('the list call', () => {
  it('lists the keys in the order of their UTF-8 bytes', async () => {
    // UTF-16, JavaScript's own order, would put the emoji before U+FF5E.
    const keys = ['', '10', '2', 'B', 'a', 'é', '\uff5e', '🙂'];
    await fill(keys.toReversed());
    expect(await page('')).toEqual({ groups: keys });
    expect(keys).toEqual(keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  });

  it('pages by after and limit; next is there until the last page', async () => {
    await fill(['a', 'b', 'c', 'd']);
    expect(await page('?limit=2')).toEqual({ groups: ['a', 'b'], next: 'b' });
    expect(await page('?after=b&limit=2')).toEqual({ groups: ['c', 'd'] });
    expect(await page('?after=bb&limit=1')).toEqual({ groups: ['c'], next: 'c' });
    expect(await page('?after=z')).toEqual({ groups: [] });
  });

  it('takes an encoded key as after', async () => {
    await fill(['a b', 'a+b', '🙂', '🙃']);
    expect(await page('?after=a%20b')).toEqual({ groups: ['a+b', '🙂', '🙃'] });
    expect(await page('?after=a+b')).toEqual({ groups: ['a+b', '🙂', '🙃'] });
    expect(await page(`?after=${encodeURIComponent('🙂')}`)).toEqual({ groups: ['🙃'] });
  });

  it('answers a wrong limit or a malformed after with 400', async () => {
    const limit = 'limit is not from 1 to 10000';
    for (const query of ['?limit=0', '?limit=10001', '?limit=x', '?limit=']) {
      const answer = await rawCall(`${base}/group${query}`);
      expect([answer.status, answer.text]).toEqual([400, errorText(400, limit)]);
    }
    const after = await rawCall(`${base}/group?after=%zz`);
    const words = 'after is not percent-encoded properly';
    expect([after.status, after.text]).toEqual([400, errorText(400, words)]);
  });

  it('stays in order while keys come and go', async () => {
    await fill(['b', 'd']);
    expect(await page('')).toEqual({ groups: ['b', 'd'] });
    await fill(['c', 'a', 'e']);
    await groupCalls(base).remove('d');
    expect(await page('')).toEqual({ groups: ['a', 'b', 'c', 'e'] });
  });

  it('never suffers: no chance, no fault strikes list, stats and ping', async () => {
    await fill(['a']);
    await sim.setSettings('n', { randomBehavior: 1 });
    await sim.setFaults('n', { forceStatus: 500 });
    for (let call = 0; call < 20; call++) {
      expect(await page('')).toEqual({ groups: ['a'] });
      expect((await rawCall(`${base}/stats`)).text).toBe('[true, {"n": 1}]');
      expect((await rawCall(`${base.replace('/v1', '')}/ping`)).text).toBe('PONG\n');
    }
  });
});
