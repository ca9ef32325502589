import { expect, test, vi } from 'vitest';
import { compareBytes } from '../../src/base/byte-order.ts';
import { challenge } from '../../src/node/dialects/challenge.ts';
import { wholeList } from '../../src/node/list/whole-list.ts';
import { Asking } from './support/asking.ts';
import { answer, startRawNode } from './support/raw-node.ts';

vi.mock('../../src/base/byte-order.ts', { spy: true });

test('P9: a walk through a long list compares few keys to find its place', async () => {
  const all = Array.from({ length: 4000 }, (_, index) => String(index).padStart(4, '0'));
  const list = {
    path: '/things',
    items: '',
    key: '',
    paging: null,
    sorted: false,
    bytesMax: 1_000_000,
  };
  const node = await startRawNode((socket) => socket.write(answer('200 OK', JSON.stringify(all))));
  const { client } = new Asking(node.url, { dialect: { ...challenge, list } });
  const read = (after: string) => wholeList(client, list, { after, limit: 40 });
  let page = await read('');
  const found = [...page.keys];
  vi.mocked(compareBytes).mockClear();
  while (page.more) {
    page = await read(found.at(-1) ?? '');
    found.push(...page.keys);
  }
  expect(found).toEqual(all);
  expect(node.requests).toHaveLength(1);
  // Twelve a page, where two thousand used to be.
  expect(vi.mocked(compareBytes).mock.calls.length).toBeLessThanOrEqual(99 * 12);
});
