/** Deletes that are guarded by the entity tag of the record that the read before them showed. */
import { describe, expect, test } from 'vitest';
import { Codec } from '../../src/node/dialect/codec.ts';
import { readReply } from '../../src/node/dialect/read-reply.ts';
import { challenge } from '../../src/node/dialects/challenge.ts';
import { Asking } from './support/asking.ts';
import { answer, startRawNode } from './support/raw-node.ts';

const guarded = { ...challenge, delete: { ...challenge.delete, guard: 'if-match' } } as const;
const BODY = '{"groupId":"5"}';

describe('a dialect with delete.guard: if-match', () => {
  const codec = new Codec({
    name: 'a',
    url: new URL('http://h/v1'),
    dialect: guarded,
    wallNow: Date.now,
  });

  test('sends the tag with a delete, and with no other request', () => {
    const subject = { groupId: '5' };
    const tag = '"abc"';
    expect(codec.write({ kind: 'delete', tag }, subject)).toContain('\r\nif-match: "abc"\r\n');
    expect(codec.write({ kind: 'delete' }, subject)).not.toContain('if-match');
    expect(codec.write({ kind: 'create', token: '1.5' }, subject)).not.toContain('if-match');
    const injected = { kind: 'delete', tag: '"a"\r\nx: "b"' } as const;
    expect(() => codec.write(injected, subject)).toThrow('not an entity tag');
  });

  test.each([
    [['"abc"'], 'present', '"abc"'],
    [['"ab c"'], 'malformed', undefined],
    [['W/"abc"'], 'malformed', undefined],
    [['"abc"', '"d"'], 'malformed', undefined],
    [[], 'malformed', undefined],
  ])('reads the tags %j of a record as %s', (tags, kind, tag) => {
    const http = { status: 200, body: BODY, fields: new Map([['etag', tags]]), at: 0 };
    const reply = readReply(guarded, { kind: 'read', groupId: '5' }, http);
    expect([reply.kind, reply.tag]).toEqual([kind, tag]);
    const other = readReply(challenge, { kind: 'read', groupId: '5' }, http);
    expect([other.kind, other.tag]).toEqual(['present', undefined]);
  });

  test('P1: a node that has another record refuses the delete', async () => {
    const node = await startRawNode((socket, { head }) => {
      const isSame = /^if-match: "1"/m.test(head);
      socket.write(isSame ? answer('200 OK', 'DELETED') : answer('412 Precondition Failed'));
    });
    const asking = new Asking(node.url, { dialect: guarded });
    expect((await asking.ask({ kind: 'delete', tag: '"1"' }).answer).kind).toBe('applied');
    expect((await asking.ask({ kind: 'delete', tag: '"2"' }).answer).kind).toBe('refused');
  });
});
