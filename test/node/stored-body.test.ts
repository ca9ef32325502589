/** A request whose body the journal has: it is written when the body has come, and its connection waits for it. */
import { expect, test } from 'vitest';
import type { NodeReply } from '../../src/core/model.ts';
import type { Dialect } from '../../src/node/dialect/dialect.ts';
import { challenge } from '../../src/node/dialects/challenge.ts';
import { clientOf } from './support/client.ts';
import { created, startRawNode } from './support/raw-node.ts';

const RESTORE = { kind: 'create', token: '1.5', stored: true } as const;
/** A new record needs one of its command; a restored one does not. */
const dialect: Dialect = {
  ...challenge,
  create: { ...challenge.create, body: { json: { groupId: '{key}', content: '{record}' } } },
};

test('P1: the body is fetched once there is a connection, and sent as it is', async () => {
  const node = await startRawNode(created);
  const client = clientOf(node.url, { dialect, connections: 1 });
  const fetches: ((body: string) => void)[] = [];
  const ask = (groupId: string) =>
    new Promise<NodeReply>((resolve) => {
      const subject = { groupId, fetch: (then: (body: string) => void) => void fetches.push(then) };
      client.exchange(RESTORE, subject, resolve);
    });
  const replies = [ask('1'), ask('2')];
  expect(fetches).toHaveLength(1);
  fetches[0]?.('{"of":1}');
  expect((await replies[0])?.kind).toBe('applied');
  await expect.poll(() => fetches.length).toBe(2);
  expect(node.requests.map(({ body }) => body)).toEqual(['{"of":1}']);
  fetches[1]?.('{"of":2}');
  expect((await replies[1])?.kind).toBe('applied');
  expect(node.requests[1]?.body).toBe('{"of":2}');
  client.close();
});

test('P4: given up before the body has come, the request was not sent, and never is', async () => {
  const node = await startRawNode(created);
  const client = clientOf(node.url, { dialect, connections: 1 });
  let late: (body: string) => void = () => {};
  const reply = new Promise<NodeReply>((resolve) => {
    const fetch = (then: (body: string) => void) => {
      late = then;
    };
    client.exchange(RESTORE, { groupId: '1', fetch }, resolve).abort();
  });
  expect((await reply).kind).toBe('unsent');
  late('{}');
  const next = { ...RESTORE, body: '{"of":2}' };
  const after = await new Promise<NodeReply>((resolve) =>
    client.exchange(next, { groupId: '2', fetch: (then) => then('{"of":2}') }, resolve),
  );
  expect(after.kind).toBe('applied');
  expect(node.requests.map(({ body }) => body)).toEqual(['{"of":2}']);
  client.close();
});

test('a body that does not come in time is no fault of the node, and its wait none of its time', async () => {
  const node = await startRawNode(created);
  const client = clientOf(node.url, { dialect, connections: 1, requestTimeoutMs: 100 });
  const ask = (fetch: (then: (body: string) => void) => void) =>
    new Promise<unknown[]>((resolve) => {
      client.exchange(RESTORE, { groupId: '1', fetch }, (...ended) => resolve(ended));
    });
  const [reply, signal] = await ask(() => {});
  expect([reply, signal]).toEqual([
    { kind: 'unsent', detail: 'its record was not read from the journal in 100 ms' },
    'none',
  ]);
  const [, , tookMs] = await ask((then) => void setTimeout(() => then('{}'), 60));
  expect(tookMs).toBeLessThan(50);
  client.close();
});
