/** More connections, silent ones and others, than a daemon with the usual limit of open files can take. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { connectTo, startCluster } from '../support/cluster.ts';
import { SteadyClient } from '../support/steady-client.ts';
import { ZmtpPeer } from '../support/zmtp-peer.ts';

const OPEN_FILES = 1024;
const SILENT = 1500;
const GREETED = 1200;
/** Fewer descriptors than three nodes, two executors and operators may need. */
const KEPT = 40;
const AT_ONCE = 1000;
const LONG = { timeout: 60_000, interval: 20 };

test('P8, P9: 1,500 silent connections take a daemon of 1,024 open files from no honest client', async () => {
  const { daemon, client } = await startCluster({ executors: 2, openFiles: OPEN_FILES });
  const { pid } = daemon;
  expect(readFileSync(`/proc/${pid}/limits`, 'utf8')).toMatch(/^Max open files +1024 +1024 /m);
  using steady = new SteadyClient(daemon.endpoint);
  await vi.waitUntil(async () => (await steady.report()).answered > 0, LONG);
  const openFiles = () => readdirSync(`/proc/${pid}/fd`).length;
  const before = openFiles();
  const stop = keepSilent(new URL(daemon.endpoint), SILENT);
  onTestFinished(stop);

  await vi.waitUntil(() => openFiles() > OPEN_FILES - 50, LONG);
  // The honest client is connected.
  await steady.report();
  let answered = 0;
  await vi.waitUntil(async () => {
    answered += (await steady.report()).answered;
    return answered >= 30;
  }, LONG);
  expect(await client.create(randomUUID())).toMatchObject({ state: 'committed' });
  // Connections that the daemon closed connect again.
  await vi.waitUntil(() => openFiles() > OPEN_FILES - 50, LONG);

  stop();
  await vi.waitUntil(() => openFiles() < before + 50, LONG);
  const late = await connectTo(daemon);
  expect(await late.create(randomUUID())).toMatchObject({ state: 'committed' });
  expect(await client.ping()).toMatchObject({ pid, accepting: true });
  expect((await steady.report()).faults).toEqual([]);
  const { breakers } = (await client.breakers()) as { breakers: Record<string, object> };
  for (const breaker of Object.values(breakers)) {
    expect(breaker).toMatchObject({ state: 'closed', openings: 0 });
  }
});

test('P9, P10: connections that greet and stay leave the daemon descriptors of its own', async () => {
  const { daemon, client } = await startCluster({ executors: 2, openFiles: OPEN_FILES });
  const { pid } = daemon;
  using steady = new SteadyClient(daemon.endpoint);
  await vi.waitUntil(async () => (await steady.report()).answered > 0, LONG);
  const openFiles = () => readdirSync(`/proc/${pid}/fd`).length;
  const before = openFiles();
  const peers = Array.from({ length: GREETED }, () => new ZmtpPeer(daemon.endpoint, 'DEALER'));
  const leave = () => {
    for (const peer of peers) peer[Symbol.dispose]();
  };
  onTestFinished(leave);

  await vi.waitUntil(() => daemon.output.includes('too few file descriptors are left'), LONG);
  // In the end every peer is let in or rejected.
  let calm = 0;
  await vi.waitUntil(async () => {
    expect(await client.create(randomUUID())).toMatchObject({ state: 'committed' });
    calm = openFiles() < OPEN_FILES - KEPT ? calm + 1 : 0;
    return calm === 20;
  }, LONG);
  expect((await steady.report()).faults).toEqual([]);

  leave();
  await vi.waitUntil(() => openFiles() < before + 50, LONG);
  const late = await connectTo(daemon);
  expect(await late.ping()).toMatchObject({ pid, accepting: true });
});

/**
 * Opens connections that never send a byte and connect again when they are closed. Returns a
 * function that ends them.
 */
function keepSilent({ hostname, port }: URL, count: number): () => void {
  const peers = new Set<Socket>();
  let isStopped = false;
  const join = (): void => {
    const peer = connect(Number(port), hostname);
    peers.add(peer.resume());
    // After a reset or an end `close` follows.
    peer.on('error', () => {});
    peer.on('close', () => {
      peers.delete(peer);
      if (!isStopped) setTimeout(join, 100);
    });
  };
  for (let number = 0; number < count; number++) join();
  return () => {
    isStopped = true;
    for (const peer of peers) peer.destroy();
  };
}

test('P9: 1,000 connections at once wait for a daemon that stands still; none is dropped to try again a second later', async () => {
  const { daemon } = await startCluster();
  process.kill(daemon.pid, 'SIGSTOP');
  onTestFinished(() => void process.kill(daemon.pid, 'SIGCONT'));
  for (const endpoint of [daemon.endpoint, daemon.eventsEndpoint, daemon.opsUrl]) {
    const { hostname, port } = new URL(endpoint);
    const sockets = Array.from({ length: AT_ONCE }, () => connect(Number(port), hostname));
    const leave = () => {
      for (const socket of sockets) socket.destroy();
    };
    onTestFinished(leave);
    // The kernel takes them, up to the backlog of the listening socket.
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    leave();
  }
});
