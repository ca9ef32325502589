/**
 * Lists of nodes that page in other ways than by the last key: read to their end, sorted, bounded.
 */
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Dialect, ListCall } from '../../src/node/dialect/dialect.ts';
import { challenge } from '../../src/node/dialects/challenge.ts';
import { readPage } from '../../src/node/list/list-page.ts';
import { countKeys, listKeys } from '../../src/node/list/listing.ts';
import { Asking } from './support/asking.ts';
import { answer, startRawNode } from './support/raw-node.ts';

const PAGE = 4;
/** In no order. */
const KEYS = Array.from({ length: 10 }, (_, index) => `k${(index * 7) % 10}`);
const SORTED = [...KEYS].sort();

const WHOLE: ListCall = {
  path: '/things',
  items: '/data/items',
  key: '/id',
  paging: null,
  sorted: false,
  bytesMax: 100_000,
};

function dialectWith(
  list: Partial<ListCall>,
  record: Dialect['record'] = challenge.record,
): Dialect {
  return { ...challenge, record, list: { ...WHOLE, ...list } };
}

/** The content of a page, by its query; and headers. */
type Pages = (query: URLSearchParams) => { body: unknown; headers?: readonly string[] };

async function askingFor(dialect: Dialect, pages: Pages) {
  const node = await startRawNode((socket, { line }) => {
    const { searchParams } = new URL(line.split(' ')[1] ?? '', 'http://node');
    const { body, headers = [] } = pages(searchParams);
    socket.write(answer('200 OK', JSON.stringify(body), headers));
  });
  return { node, client: new Asking(node.url, { dialect }).client };
}

function items(keys: readonly string[]) {
  return { data: { items: keys.map((id) => ({ id })) } };
}

const from = (at: number) => items(KEYS.slice(at, at + PAGE));

const WAYS: readonly [string, Partial<ListCall>, Pages][] = [
  ['all on one page', {}, () => ({ body: items(KEYS) })],
  [
    'by page numbers from 1',
    { path: '/things?page={page}', paging: { by: 'page', first: 1 } },
    (query) => ({ body: from((Number(query.get('page')) - 1) * PAGE) }),
  ],
  [
    'by offset',
    { path: '/things?offset={offset}', paging: { by: 'offset' } },
    (query) => ({ body: from(Number(query.get('offset'))) }),
  ],
  [
    'by a cursor',
    { path: '/things?cursor={cursor}', paging: { by: 'cursor', next: '/next' } },
    (query) => {
      const at = Number(query.get('cursor') ?? 0);
      return { body: { ...from(at), next: at + PAGE < KEYS.length ? at + PAGE : null } };
    },
  ],
  [
    'by the header Link',
    { paging: { by: 'link' } },
    (query) => {
      const at = Number(query.get('from') ?? 0);
      const link = `link: </v1/things?from=0>; rel="first", </v1/things?from=${at + PAGE}>; rel="next"`;
      return { body: from(at), headers: at + PAGE < KEYS.length ? [link] : [] };
    },
  ],
  [
    'after the last key, in no order',
    { path: '/things?after={after}', paging: { by: 'after', next: null } },
    (query) => {
      const after = query.get('after') ?? '';
      return { body: from(after === '' ? 0 : KEYS.indexOf(after) + 1) };
    },
  ],
];

describe('lists', () => {
  test.each(WAYS)('%s are read to their end and sorted', async (_, list, pages) => {
    const dialect = dialectWith(list);
    const { client } = await askingFor(dialect, pages);
    const first = await listKeys(client, dialect.list as ListCall, { after: '', limit: 6 });
    expect(first).toEqual({ keys: SORTED.slice(0, 6), more: true });
    const second = await listKeys(client, dialect.list as ListCall, { after: 'k5', limit: 6 });
    expect(second).toEqual({ keys: SORTED.slice(6), more: false });
    expect(await countKeys(client)).toMatchObject({ count: 10 });
  });

  test('equal keys have equal digests, however two nodes list them', async () => {
    const digests = await Promise.all(
      WAYS.map(async ([, list, pages]) => {
        const { client } = await askingFor(dialectWith(list), pages);
        return (await countKeys(client)).digest;
      }),
    );
    expect(new Set(digests).size).toBe(1);
  });

  test.each([
    ['read to its end', false],
    ['counted page by page', true],
  ])('P9: a list that takes longer than anybody waits is not %s', async (_, sorted) => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(0);
    onTestFinished(() => now.mockRestore());
    const paging = { by: 'after', next: null } as const;
    const { node, client } = await askingFor(
      dialectWith({ path: '/things?after={after}', paging, sorted }),
      (query) => {
        now.mockReturnValue(performance.now() + 10_000);
        const number = Number(query.get('after')?.slice(1) ?? 0);
        return { body: items([`k${String(number + 1).padStart(4, '0')}`]) };
      },
    );
    expect(await countKeys(client)).toEqual({ error: 'its list takes longer than 58 s' });
    expect(node.requests).toHaveLength(6);
  });

  test('keys that are numbers are reported as text', async () => {
    const dialect = dialectWith({ items: '', key: '' }, { key: '/id', type: 'number' });
    const { client } = await askingFor(dialect, () => ({ body: [10, 9, 2] }));
    const page = await listKeys(client, dialect.list as ListCall, { after: '', limit: 10 });
    expect(page).toEqual({ keys: ['10', '2', '9'], more: false });
  });

  test('P10: an item without a key is skipped and named, as of a record that is just being made', async () => {
    const dialect = dialectWith({});
    const { client } = await askingFor(dialect, () => {
      return {
        body: { data: { items: [{ id: 'a' }, [], { name: 'b' }, { id: null }, {}, { id: 'c' }] } },
      };
    });
    const skipped = ['[]', '{"name":"b"}', '{"id":null}'];
    const page = await listKeys(client, dialect.list as ListCall, { after: '', limit: 10 });
    expect(page).toEqual({ keys: ['a', 'c'], more: false, skipped });
    expect(await countKeys(client)).toMatchObject({ count: 2, skipped });
  });

  test('P9: of many items without a key only the first three are made text', async () => {
    const dialect = dialectWith({});
    const { options } = new Asking('http://127.0.0.1:1', { dialect }).client;
    const unnamed = Array.from({ length: 999 }, (_, index) => ({ name: `n${index}` }));
    const body = JSON.stringify({ data: { items: [{ id: 'a' }, ...unnamed] } });
    const list = () =>
      Promise.resolve({ status: 200, body, fields: new Map(), retryAfter: undefined, keepMs: 0 });
    const stringify = vi.spyOn(JSON, 'stringify');
    const asked = { parameters: { limit: 1000 } };
    const { skipped } = await readPage({ options, list }, dialect.list as ListCall, asked);
    const calls = stringify.mock.calls.length;
    stringify.mockRestore();
    expect(skipped).toEqual(['{"name":"n0"}', '{"name":"n1"}', '{"name":"n2"}']);
    expect(calls).toBe(3);
  });

  test.each<[string, Partial<ListCall>, Pages, string]>([
    [
      'the same page again and again',
      { path: '/things?page={page}', paging: { by: 'page', first: 1 } },
      () => ({ body: from(0) }),
      'lists the same page again',
    ],
    [
      'a next page of somebody else, who would hear its secrets',
      { paging: { by: 'link' } },
      () => ({ body: from(0), headers: ['link: <http://127.0.0.2/v1/things>; rel=next'] }),
      'names a next page outside of this node',
    ],
    [
      'what has no key',
      {},
      () => ({ body: { data: { items: [{ name: 'a' }] } } }),
      'lists no key at "/id"',
    ],
    ['no array', {}, () => ({ body: { data: {} } }), 'not a list of keys'],
    [
      'more keys on a page than were asked for',
      { path: '/things?page={page}', paging: { by: 'page', first: 1 } },
      () => ({ body: items(Array.from({ length: 1001 }, (_, index) => `k${index}`)) }),
      'lists more keys than asked for',
    ],
    [
      'more bytes than a page may have',
      { bytesMax: 1024 },
      () => ({ body: items(Array.from({ length: 200 }, (_, index) => `key ${index}`)) }),
      'an answer of more than 1024 bytes',
    ],
  ])('P9, P10: %s is reported as an error', async (...row) => {
    const [, list, pages, sent] = row;
    const dialect = dialectWith(list);
    const { client } = await askingFor(dialect, pages);
    expect(await countKeys(client)).toEqual({ error: sent });
    const page = await listKeys(client, dialect.list as ListCall, { after: '', limit: 10 });
    expect(page).toEqual({ error: sent });
  });
});
