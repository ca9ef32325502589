/** A command that was accepted under another dialect: its record does not fit the template of this one. */
import { expect, test } from 'vitest';
import type { NodeReply } from '../../src/core/model.ts';
import type { Dialect } from '../../src/node/dialect/dialect.ts';
import { challenge } from '../../src/node/dialects/challenge.ts';
import { clientOf } from './support/client.ts';
import { created, startRawNode } from './support/raw-node.ts';

const CREATE = { kind: 'create', token: '1700000000.000001' } as const;

const dialect: Dialect = {
  ...challenge,
  create: { ...challenge.create, body: { json: { groupId: '{key}', mail: '{record.mail}' } } },
};

test('P10: its create is not sent, says why, and is no fault of the node', async () => {
  const node = await startRawNode(created);
  const client = clientOf(node.url, { dialect });
  const ask = (record?: string) =>
    new Promise<readonly [NodeReply, string]>((resolve) => {
      const subject = { groupId: '5', record };
      client.exchange(CREATE, subject, (reply, signal) => resolve([reply, signal]));
    });
  const [none, signal] = await ask();
  expect([none.kind, signal]).toEqual(['refused', 'none']);
  expect(none.detail).toMatch(/^not sent: record is missing/);
  const [other] = await ask('{"mail":1,"x":2}');
  expect(other.detail).toMatch(/^not sent: record.x has no place/);
  expect(node.requests).toEqual([]);
  expect((await ask('{"mail":1}'))[0].kind).toBe('applied');
  expect(node.requests.map(({ body }) => body)).toEqual(['{"groupId":"5","mail":1}']);
  client.close();
});

test('its reason is at most 200 characters, however long the names are', async () => {
  const node = await startRawNode(created);
  const create = { ...challenge.create, body: { json: { a: `{record.${'x'.repeat(300)}}` } } };
  const client = clientOf(node.url, { dialect: { ...challenge, create } });
  const reply = await new Promise<NodeReply>((resolve) => {
    client.exchange(CREATE, { groupId: '5', record: '{}' }, resolve);
  });
  expect(reply.detail).toMatch(/^not sent: record\.x+…$/);
  expect(reply.detail).toHaveLength(200);
  client.close();
});
