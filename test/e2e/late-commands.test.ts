/**
 * Commands that wait in a socket while the daemon is stopped, or starts again with another clock.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Request } from 'zeromq';
import { startCluster } from '../support/cluster.ts';

const AWAY_MS = 8000;
const TIMEOUT_MS = 60_000;
const EXPIRED = { error: { code: 'expired' } };

/** A plain REQ socket, and the time of the daemon's clock. */
async function openReq(endpoint: string) {
  const socket = new Request({ linger: 0, receiveTimeout: 30_000 });
  socket.connect(endpoint);
  const ask = async (request: object) => {
    await socket.send(JSON.stringify(request));
    const [frame] = await socket.receive();
    return JSON.parse(String(frame)) as { readonly at: number };
  };
  const { at } = await ask({ op: 'ping' });
  const ahead = at - performance.now();
  return { ask, clock: () => Math.floor(performance.now() + ahead), close: () => socket.close() };
}

test('what was asked for one second while the daemon was stopped for eight is not done', {
  timeout: TIMEOUT_MS,
}, async ({ onTestFinished }) => {
  const { daemon, client, sim } = await startCluster();
  const req = await openReq(daemon.endpoint);
  onTestFinished(req.close);
  daemon.signal('SIGSTOP');
  const plain = req.ask({ op: 'create', id: 'plain', groupId: '1', expiresAt: req.clock() + 1000 });
  const ours = client.create('2', { id: 'ours', deadlineMs: 1000, timeoutMs: TIMEOUT_MS });
  const ofBatch = client.batch(
    [
      { op: 'create', id: 'short', groupId: '3', deadlineMs: 1000 },
      { op: 'create', id: 'long', groupId: '4', deadlineMs: 30_000 },
    ],
    { timeoutMs: TIMEOUT_MS },
  );
  await sleep(AWAY_MS);
  daemon.signal('SIGCONT');
  expect(await plain).toMatchObject({ id: 'plain', at: expect.any(Number), ...EXPIRED });
  expect(await ours).toMatchObject({ id: 'ours', ...EXPIRED });
  expect(await ofBatch).toMatchObject({
    results: [
      { id: 'short', ...EXPIRED },
      { id: 'long', state: 'committed' },
    ],
  });
  for (const id of ['plain', 'ours', 'short']) {
    expect(await client.status(id)).toMatchObject({ error: { code: 'unknown_command' } });
  }
  expect(await sim.stats()).toEqual([true, { node01: 1, node02: 1, node03: 1 }]);
  expect(await client.create('2', { id: 'ours' })).toMatchObject({ state: 'committed' });
});

test('nor a request from the time between a kill and a start eight seconds later; P7: but outcomes are answered', {
  timeout: TIMEOUT_MS,
}, async ({ onTestFinished }) => {
  const { daemon, client, sim } = await startCluster();
  const req = await openReq(daemon.endpoint);
  onTestFinished(req.close);
  const done = await client.create('1', { id: 'done' });
  await daemon.kill9();
  // ZeroMQ keeps it for the next daemon.
  const plain = req.ask({ op: 'create', id: 'plain', groupId: '2', expiresAt: req.clock() + 1000 });
  const ours = client.create('3', { id: 'ours', deadlineMs: 1000, timeoutMs: TIMEOUT_MS });
  const known = client.create('1', { id: 'done', deadlineMs: 1000, timeoutMs: TIMEOUT_MS });
  const patient = client.create('4', { id: 'patient' });
  await sleep(AWAY_MS);
  await daemon.restart();
  expect(await plain).toMatchObject({ id: 'plain', ...EXPIRED });
  expect(await ours).toMatchObject({ id: 'ours', ...EXPIRED });
  expect(await known).toEqual(done);
  expect(await patient).toMatchObject({ state: 'committed' });
  expect(await sim.stats()).toEqual([true, { node01: 2, node02: 2, node03: 2 }]);
});
