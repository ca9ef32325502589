import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Router } from 'zeromq';
import { ClientError, isError, LockstepClient } from '../../src/client/index.ts';
import { errorReply } from '../../src/protocol/errors.ts';
import { creates, eventually, startPair, startPeer } from '../support/client-pair.ts';
import { freePorts } from '../support/free-ports.ts';

describe('a call', () => {
  test('of each kind gets the answer of its kind', async () => {
    const { client } = await startPair();
    const created = await client.create('5');
    if (isError(created)) expect.unreachable(created.error.message);
    expect(created).toMatchObject({ op: 'create', groupId: '5', state: 'committed' });
    expect(created.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(await client.status(created.id)).toMatchObject({ id: created.id, state: 'committed' });
    expect(await client.list({ groupId: '5' })).toMatchObject({ commands: [{ id: created.id }] });
    expect(await client.stats()).toMatchObject({
      consistent: true,
      nodes: { node01: { count: 1 } },
    });
    expect(await client.delete('5')).toMatchObject({ op: 'delete', state: 'committed' });
    expect(await client.summary()).toMatchObject({ state: 'running', openMax: 200_000 });
    expect(await client.ping()).toMatchObject({ accepting: true });
    const batch = await client.batch([
      { op: 'create', groupId: '7' },
      { op: 'create', groupId: '..' },
    ]);
    expect(batch).toMatchObject({
      results: [{ state: 'committed' }, { error: { field: 'commands.1.groupId' } }],
    });
  });

  test('that the daemon answers with an error ends with that error as a value', async () => {
    const { client } = await startPair();
    const answer = await client.create('');
    expect(isError(answer) && answer.error).toMatchObject({
      code: 'invalid_request',
      field: 'groupId',
    });
    expect(await client.retry('nobody')).toMatchObject({ error: { code: 'unknown_command' } });
  });

  test.each([
    ['no JSON object', '[]', 'the reply is not a JSON object'],
    ['of another shape', '{"pid":1}', 'the reply is no answer to create'],
  ])('fails with bad_reply if the reply is %s', async (_, text, message) => {
    const router = new Router({ linger: 0 });
    onTestFinished(() => router.close());
    await router.bind('tcp://127.0.0.1:*');
    void (async () => {
      for await (const frames of router) await router.send([...frames.slice(0, -1), text]);
    })();
    const client = new LockstepClient({ endpoint: router.lastEndpoint ?? '' });
    onTestFinished(() => client.close());
    await expect(client.create('5')).rejects.toMatchObject({ code: 'bad_reply', message });
  });

  test('does not wait for the one before it', async () => {
    const { peer, client } = await startPair({ hold: ({ groupId }) => groupId === 'slow' });
    const slow = client.create('slow');
    expect(await client.create('quick')).toMatchObject({ groupId: 'quick', state: 'committed' });
    peer.release();
    expect(await slow).toMatchObject({ groupId: 'slow', state: 'committed' });
  });

  test('keeps its answer apart from a thousand others', async () => {
    const { client } = await startPair({}, { inFlightMax: 64 });
    const keys = Array.from({ length: 1000 }, (_, index) => `key-${index}`);
    const answers = await Promise.all(keys.map((key) => client.create(key)));
    expect(answers.map((answer) => !isError(answer) && answer.groupId)).toEqual(keys);
  });
});

describe('P9: a client is bounded', () => {
  test('a call without an answer ends after its timeout and names its command', async () => {
    const { client } = await startPair({ mute: ({ op }) => op === 'create' });
    const error = await client.create('5', { id: 'mine', timeoutMs: 50 }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ClientError);
    expect(error).toMatchObject({ code: 'no_answer', id: 'mine' });
    expect(error.hint).toContain('by its id');
  });

  test('no more calls are in flight than its limit, the others wait', async () => {
    const { peer, client } = await startPair({ hold: () => true }, { inFlightMax: 3 });
    const all = ['a', 'b', 'c', 'd', 'e'].map((key) => client.create(key));
    await eventually(() => creates(peer).length).toBe(3);
    peer.release();
    await eventually(() => creates(peer).length).toBe(5);
    peer.release();
    expect(await Promise.all(all)).toHaveLength(5);
  });

  test('one call more than may wait is turned away at once', async () => {
    const { peer, client } = await startPair(
      { hold: () => true },
      { inFlightMax: 1, waitingMax: 1 },
    );
    const taken = [client.create('a'), client.create('b')];
    await expect(client.create('c')).rejects.toMatchObject({ code: 'overloaded' });
    peer.script.hold = () => false;
    peer.release();
    expect(await Promise.all(taken)).toHaveLength(2);
  });

  test('calls that were given up are not sent later, but for the one that was on its way', async () => {
    const { peer, client } = await startPair();
    peer.down();
    const given = Array.from({ length: 20 }, (_, key) =>
      client.create(`gone-${key}`, { timeoutMs: 50 }).catch((error: unknown) => error),
    );
    const errors = await Promise.all(given);
    expect(errors).toMatchObject(errors.map(() => ({ code: 'unreachable' })));
    await peer.up();
    await client.create('next');
    const late = creates(peer).filter(({ groupId }) => groupId !== 'next');
    expect(late.length).toBeLessThanOrEqual(1);
  });

  test('a timeout that is none is the error of the program', async () => {
    const { client } = await startPair();
    await expect(client.send({ op: 'ping' }, { timeoutMs: 0 })).rejects.toThrow(RangeError);
  });
});

describe('P7: asked again, done once', () => {
  test('requests in flight when the daemon died are sent again once it is back', async () => {
    const { peer, client } = await startPair({ hold: () => true });
    const all = ['a', 'b', 'c'].map((key) => client.create(key));
    await eventually(() => creates(peer).length).toBe(3);
    await peer.restart();
    await eventually(() => creates(peer).length).toBe(6);
    expect(new Set(creates(peer).map(({ id }) => id)).size).toBe(3);
    peer.release();
    expect(await Promise.all(all)).toMatchObject(
      ['a', 'b', 'c'].map((groupId) => ({ groupId, state: 'committed' })),
    );
  });

  test('a command whose answer was lost with the daemon hears the first outcome', async () => {
    const { peer, client } = await startPair({ mute: ({ op }) => op === 'create' });
    const answer = client.create('5', { id: 'mine' });
    await eventually(() => peer.nodes['node01']?.has('5')).toBe(true);
    peer.script.mute = () => false;
    await peer.restart();
    expect(await answer).toMatchObject({ id: 'mine', state: 'committed' });
  });

  test('a request without a daemon reaches the next one, once', async () => {
    const { peer, client } = await startPair();
    peer.down();
    const all = ['a', 'b', 'c'].map((key) => client.create(key));
    await peer.up();
    await Promise.all(all);
    await client.ping();
    expect(new Set(creates(peer).map(({ id }) => id)).size).toBe(3);
    expect(peer.nodes['node01']?.size).toBe(3);
  });

  test('the same id with other content is a conflict, reported as a value', async () => {
    const { client } = await startPair();
    await client.create('5', { id: 'mine' });
    expect(await client.create('6', { id: 'mine' })).toMatchObject({
      error: { code: 'id_conflict' },
    });
  });
});

describe('a client that reaches no daemon', () => {
  test('says where it looked and how to continue', async () => {
    const { peer } = await startPair();
    peer.down();
    const failed = LockstepClient.connect({ endpoint: peer.endpoint, timeoutMs: 100 });
    const error = await failed.catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'unreachable', endpoint: peer.endpoint });
    expect(error.message).toContain('connection refused, or the host is unreachable');
    expect(error.hint).toContain('npm start');
  });

  test('knows a daemon that hangs from one that is not there', async () => {
    const peer = await startPeer({ mute: () => true });
    const failed = LockstepClient.connect({ endpoint: peer.endpoint, timeoutMs: 200 });
    await expect(failed).rejects.toThrow('connected, but no answer came');
  });

  test('knows a peer that speaks something else', async () => {
    const http = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => {
      http.listen(0, '127.0.0.1', resolve);
    });
    onTestFinished(() => void http.close());
    const { port } = http.address() as { port: number };
    const failed = LockstepClient.connect({ endpoint: `tcp://127.0.0.1:${port}`, timeoutMs: 300 });
    await expect(failed).rejects.toThrow('does not speak ZeroMQ');
  });

  test.each(['nonsense', 'tcp://127.0.0.1', 'http://127.0.0.1:5570'])(
    'reports that %s is no address',
    async (endpoint) => {
      await expect(LockstepClient.connect({ endpoint })).rejects.toMatchObject({
        code: 'bad_endpoint',
      });
    },
  );

  test('takes the address a daemon binds on all interfaces for this machine', async () => {
    const { peer } = await startPair();
    const client = await LockstepClient.connect({
      endpoint: peer.endpoint.replace('127.0.0.1', '*'),
    });
    onTestFinished(() => client.close());
    expect(await client.ping()).toMatchObject({ accepting: true });
  });
});

describe('a closed client', () => {
  test('fails the calls that wait, and later calls', async () => {
    const { client } = await startPair({ hold: () => true });
    const waiting = client.create('5');
    client.close();
    await expect(waiting).rejects.toMatchObject({ code: 'closed' });
    await expect(client.ping()).rejects.toMatchObject({ code: 'closed' });
    client.close();
  });
});

describe('isAccepting', () => {
  test('is what the daemon says, and no of one that is stopping', async () => {
    const { peer, client } = await startPair();
    expect(await client.isAccepting()).toBe(true);
    const refusal = { reason: 'disk', message: 'no room' } as const;
    peer.script.instead = () => ({ pid: 1, version: '9.9.9', accepting: false, refusal });
    expect(await client.isAccepting()).toBe(false);
    peer.script.instead = () => errorReply('draining', 'the daemon is stopping');
    expect(await client.isAccepting()).toBe(false);
  });

  test('is no of a daemon that is away, and an error of a client that was closed', async () => {
    const [port = 0] = await freePorts(1);
    const client = new LockstepClient({ endpoint: `tcp://127.0.0.1:${port}` });
    expect(await client.isAccepting({ timeoutMs: 50 })).toBe(false);
    client.close();
    await expect(client.isAccepting()).rejects.toMatchObject({ code: 'closed' });
  });
});
