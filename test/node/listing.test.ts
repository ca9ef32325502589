import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, expect, test } from 'vitest';
import { challenge } from '../../src/node/dialects/challenge.ts';
import { reliableOps } from '../../src/node/dialects/reliable-ops.ts';
import { countKeys, listKeys } from '../../src/node/list/listing.ts';
import { Asking } from './support/asking.ts';
import { answer, type RawNode, startRawNode } from './support/raw-node.ts';

/** A node that lists these keys, `pageSize` at a time. */
async function startLister(keys: readonly string[], pageSize = 1000): Promise<RawNode> {
  return startRawNode((socket, { line }) => {
    const query = new URL(line.split(' ')[1] ?? '', 'http://node').searchParams;
    const after = query.get('after') ?? '';
    const rest = keys.filter((key) => key > after);
    const groups = rest.slice(0, Math.min(pageSize, Number(query.get('limit'))));
    const next = rest.length > groups.length ? groups.at(-1) : undefined;
    socket.write(answer('200 OK', JSON.stringify({ groups, ...(next && { next }) })));
  });
}

const KEYS = Array.from({ length: 25 }, (_, index) => `key ${String(index).padStart(2, '0')}`);

describe('counting the keys of a node', () => {
  test('goes through all pages, and asks each as the dialect says', async () => {
    const node = await startLister(KEYS, 10);
    const { client } = new Asking(node.url);
    const { count, digest } = await countKeys(client);
    expect(count).toBe(25);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(node.requests.map(({ line }) => line)).toEqual([
      'GET /v1/group?after=&limit=1000 HTTP/1.1',
      'GET /v1/group?after=key%2009&limit=1000 HTTP/1.1',
      'GET /v1/group?after=key%2019&limit=1000 HTTP/1.1',
    ]);
    expect(node.requests[0]?.head).toContain('node: node01\r\n');
  });

  test('P10: an empty page that names a next one is not the last', async () => {
    const pages: Readonly<Record<string, object>> = {
      '': { groups: ['a'], next: 'a' },
      a: { groups: [], next: 'c' },
      c: { groups: [], next: 'e' },
      e: { groups: ['f'], next: 'f' },
      f: { groups: [], next: 'f' },
    };
    const node = await startRawNode((socket, { line }) => {
      const query = new URL(line.split(' ')[1] ?? '', 'http://node').searchParams;
      socket.write(answer('200 OK', JSON.stringify(pages[query.get('after') ?? ''])));
    });
    const { client } = new Asking(node.url);
    expect(await countKeys(client)).toMatchObject({ count: 2 });
    const list = reliableOps.list as NonNullable<typeof reliableOps.list>;
    const page = await listKeys(client, list, { after: 'a', limit: 10 });
    expect(page).toEqual({ keys: ['f'], more: true });
    expect(node.requests).toHaveLength(8);
  });

  test('has equal digests for equal keys, however they are paged, and others for others', async () => {
    const digestOf = async (keys: readonly string[], pageSize?: number) => {
      const node = await startLister(keys, pageSize);
      return (await countKeys(new Asking(node.url).client)).digest;
    };
    const digest = await digestOf(KEYS, 10);
    expect(await digestOf(KEYS, 7)).toBe(digest);
    expect(await digestOf(KEYS.slice(1), 10)).not.toBe(digest);
    expect(await digestOf(['a', 'bc'])).not.toBe(await digestOf(['ab', 'c']));
    expect(await digestOf([])).not.toBe(await digestOf(['a']));
  });

  test.each([
    ['an error', answer('500 Oops', 'out of order'), /^500 out of order$/],
    ['HTML', answer('200 OK', '<p>hello</p>'), /not a list of keys/],
    ['other JSON', answer('200 OK', '{"keys":[]}'), /not a list of keys/],
    ['half a page', 'HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"gro', /closed|terminated/],
  ])('%s is reported as an error, without a count', async (_, bytes, sent) => {
    const node = await startRawNode((socket) => socket.end(bytes));
    const count = await countKeys(new Asking(node.url).client);
    expect(count.error).toMatch(sent);
    expect(count).not.toHaveProperty('count');
    expect(count).not.toHaveProperty('digest');
  });

  test('P9: a node that does not answer is given up', async () => {
    const node = await startRawNode(() => {});
    const { client } = new Asking(node.url, { requestTimeoutMs: 100 });
    expect((await countKeys(client)).error).toBe('no answer within 100 ms');
  });

  test('P9: a page without end is given up, and what follows is still answered', async () => {
    const node = await startRawNode((socket, { line }) => {
      if (line.startsWith('POST')) return socket.write(answer('201 Created', 'CREATED'));
      const chunk = Buffer.alloc(1024 * 1024, 'x');
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n');
      const more = () => socket.destroyed || socket.write(chunk, more);
      return more();
    });
    const asking = new Asking(node.url, { requestTimeoutMs: 15_000 });
    expect((await countKeys(asking.client)).error).toMatch(/more than 4194304 bytes/);
    expect(node.connections[0]?.socket.bytesWritten).toBeLessThan(64 * 1024 * 1024);
    expect(await asking.answerTo()).toMatchObject({ kind: 'applied' });
  });

  test.each([
    ['millions of numbers', `{"groups":[${Array(1_300_000).fill('0').join()}]}`, /200000 values/],
    ['millions of empty keys', `{"groups":[${Array(1_300_000).fill('""').join()}]}`, /values/],
    ['millions of brackets', '['.repeat(4_000_000), /nests deeper than 100 levels/],
    ['thousands of keys too many', `{"groups":[${Array(90_000).fill('""').join()}]}`, /asked for/],
  ])('P9: a page of %s is not judged one by one', async (_, body, sent) => {
    const node = await startRawNode((socket) => socket.end(answer('200 OK', body)));
    const blocked = monitorEventLoopDelay({ resolution: 1 });
    blocked.enable();
    const count = await countKeys(new Asking(node.url, { requestTimeoutMs: 15_000 }).client);
    blocked.disable();
    expect(count).toEqual({ error: expect.stringMatching(sent) });
    expect(blocked.max / 1e6).toBeLessThan(1000);
  });

  test('P9: a key that is longer than any is named, not carried on', async () => {
    const body = JSON.stringify({ groups: ['a', 'x'.repeat(1_000_000)] });
    const node = await startRawNode((socket) => socket.end(answer('200 OK', body)));
    const { error = '' } = await countKeys(new Asking(node.url).client);
    expect(error).toMatch(/a key of more than 256 characters: "xxx/);
    expect(error.length).toBeLessThan(100);
  });

  test('a dialect without a list call says so', async () => {
    const node = await startRawNode(() => {});
    const { client } = new Asking(node.url, { dialect: challenge });
    expect(await countKeys(client)).toEqual({ error: 'the challenge dialect has no list call' });
    expect(node.connections).toEqual([]);
  });
});

describe('a node that lists no keys', () => {
  const NO_LIST = answer('405 Method Not Allowed', 'no');
  const startTeller = (stats: string) =>
    startRawNode((socket, { line }) => socket.end(line.includes('/stats ') ? stats : NO_LIST));

  test('is asked what its cluster says of itself', async () => {
    const node = await startTeller(answer('200 OK', '[true, {"node01": 7, "node02": 7}]'));
    expect(await countKeys(new Asking(node.url).client)).toEqual({
      own: { consistent: true, counts: { node01: 7, node02: 7 } },
    });
    expect(node.requests.at(-1)?.line).toBe('GET /v1/stats HTTP/1.1');
  });

  test.each([
    ['has none', answer('404 Not Found', 'nothing'), '405 no; /stats: 404 nothing'],
    [
      'shows a page, in one line of words',
      answer('404 Not Found', '<html>\n<h1>Not Found</h1>'),
      '405 no; /stats: 404 (HTML) Not Found',
    ],
    [
      'tells something else',
      answer('200 OK', 'hello'),
      '405 no; /stats: its answer has an unknown form',
    ],
    [
      'tells half of it',
      answer('200 OK', '[true]'),
      '405 no; /stats: its answer has an unknown form',
    ],
    [
      'counts nothing',
      answer('200 OK', '[true, {"a": -1}]'),
      '405 no; /stats: its answer has an unknown form',
    ],
    [
      'P9: counts more nodes than there are',
      answer('200 OK', `[true, {${Array.from({ length: 1001 }, (_, i) => `"n${i}": 1`).join()}}]`),
      '405 no; /stats: its answer has an unknown form',
    ],
  ])('is reported as an error if it %s', async (_, stats, error) => {
    const node = await startTeller(stats);
    expect(await countKeys(new Asking(node.url).client)).toEqual({ error });
  });

  test('is not asked where its dialect names no such call, nor one whose list fails', async () => {
    const node = await startTeller(answer('200 OK', '[true, {"node01": 7}]'));
    const mute = new Asking(node.url, { dialect: { ...reliableOps, stats: null } });
    expect(await countKeys(mute.client)).toEqual({ error: '405 no' });
    const failing = await startRawNode((socket) => socket.end(answer('500 Oops', 'no')));
    expect(await countKeys(new Asking(failing.url).client)).toEqual({ error: '500 no' });
    for (const { line } of [...node.requests, ...failing.requests])
      expect(line).toContain('/group?');
  });
});

describe('one page of the keys of a node', () => {
  const page = (url: string, after: string, limit: number) => {
    const { client } = new Asking(url);
    const { list } = client.options.dialect;
    if (list === null) throw new Error('this dialect lists');
    return listKeys(client, list, { after, limit });
  };

  test('begins behind a key, holds no more than asked for, and says whether there is more', async () => {
    const node = await startLister(KEYS);
    expect(await page(node.url, '', 3)).toEqual({ keys: KEYS.slice(0, 3), more: true });
    expect(await page(node.url, 'key 22', 10)).toEqual({ keys: ['key 23', 'key 24'], more: false });
    expect(await page(node.url, 'key 24', 10)).toEqual({ keys: [], more: false });
  });

  test.each([
    ['out of order', ['b', 'a'], /out of order/],
    ['twice', ['a', 'a'], /out of order/],
    ['that were told before', ['A', 'b'], /out of order/],
    ['in more than asked for', ['b', 'c', 'd', 'e', 'f', 'g'], /more keys than asked for/],
  ])('keys %s are an error: merged, others would seem to be missing', async (_, groups, sent) => {
    const body = JSON.stringify({ groups });
    const node = await startRawNode((socket) => socket.end(answer('200 OK', body)));
    expect(await page(node.url, 'a0', 5)).toEqual({ error: expect.stringMatching(sent) });
  });

  test.each(['405 Method Not Allowed', '501 Not Implemented'])(
    '%s says that the node has no list; other answers do not',
    async (status) => {
      const without = await startRawNode((socket) => socket.end(answer(status, 'no')));
      expect(await page(without.url, '', 5)).toMatchObject({ isUnlisted: true });
      const failing = await startRawNode((socket) => socket.end(answer('503 Busy', 'no')));
      expect(await page(failing.url, '', 5)).not.toHaveProperty('isUnlisted');
    },
  );

  test('the order is that of the bytes, not of UTF-16', async () => {
    const groups = ['\uFFFD', '\u{1F600}'];
    const body = JSON.stringify({ groups });
    const node = await startRawNode((socket) => socket.end(answer('200 OK', body)));
    expect(await page(node.url, '', 5)).toEqual({ keys: groups, more: false });
  });
});
