import { describe, expect, test } from 'vitest';
import { foldKey } from '../../src/node/dialect/fold.ts';
import { readReply } from '../../src/node/dialect/read-reply.ts';
import { challenge } from '../../src/node/dialects/challenge.ts';
import { countKeys, listKeys } from '../../src/node/list/listing.ts';
import { Asking } from './support/asking.ts';
import { answer, startRawNode } from './support/raw-node.ts';

const folding = { ...challenge, keys: { ...challenge.keys, fold: 'ascii-lower' } } as const;
const list = {
  path: '/things?after={after}&limit={limit}',
  items: '',
  key: '',
  paging: { by: 'after', next: null },
  sorted: true,
  bytesMax: 1_000_000,
} as const;

describe('keys that nodes take for one', () => {
  test('only ASCII letters are folded', () => {
    expect(foldKey('Case.EXAMPLE.ÄÖİK', 'ascii-lower')).toBe('case.example.ÄÖİk');
    expect(foldKey('Ab', null)).toBe('Ab');
  });

  test('P1: a node may show the key as it was first written', () => {
    const asked = { kind: 'read', groupId: 'ab', node: 'node01' } as const;
    const http = { status: 200, body: '{"groupId":"Ab"}', at: 0 };
    expect(readReply(folding, asked, http).kind).toBe('present');
    expect(readReply(challenge, asked, http).kind).toBe('malformed');
  });

  test('P1: lists are folded, and sorted again: the order of the node is another', async () => {
    const pages = [JSON.stringify(['B', 'a', 'b']), '[]'];
    const node = await startRawNode((socket, request) =>
      socket.write(
        answer('200 OK', (request.head.includes('after=&') ? pages[0] : pages[1]) ?? ''),
      ),
    );
    const { client } = new Asking(node.url, { dialect: { ...folding, list } });
    const page = await listKeys(client, list, { after: '', limit: 10 });
    expect(page).toEqual({ keys: ['a', 'b'], more: false });
    expect(await countKeys(client)).toMatchObject({ count: 2 });
  });
});
