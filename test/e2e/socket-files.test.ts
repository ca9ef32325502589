/** `ipc://` for both sockets of a real daemon. */
import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { LockstepClient } from '../../src/client/index.ts';
import { knownClient, listPath, writeList } from '../clients/support.ts';
import { type Daemon, prepareDaemon, startDaemon } from '../support/daemon.ts';
import { runCli } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

const NODES = 'node01=http://127.0.0.1:9/v1';
const WAIT = { timeout: 20_000, interval: 50 };

function addresses(folder = tempFolder()) {
  return {
    LOCKSTEP_ENDPOINT: `ipc://${folder}/commands`,
    LOCKSTEP_EVENTS_ENDPOINT: `ipc://${folder}/events`,
  };
}

async function start(env: Readonly<Record<string, string>>): Promise<Daemon> {
  const daemon = await startDaemon({ nodes: NODES, executors: 1, env });
  onTestFinished(() => daemon[Symbol.asyncDispose]());
  return daemon;
}

function clientOf({ endpoint, eventsEndpoint }: Daemon, token?: string): LockstepClient {
  const client = new LockstepClient({ endpoint, eventsEndpoint, token });
  onTestFinished(() => client.close());
  return client;
}

test('clients and the command line command over a socket file, and hear events over another', async () => {
  const env = addresses();
  const daemon = await start(env);
  const client = clientOf(daemon);
  expect(await client.ping()).toMatchObject({ pid: daemon.pid });
  const { code, stdout } = await runCli(['ping'], { env });
  expect([code, stdout]).toEqual([0, expect.stringContaining(String(daemon.pid))]);
  const subscription = client.subscribe(['lane.']);
  onTestFinished(() => subscription.close());
  const heard = subscription[Symbol.asyncIterator]().next();
  let isHeard = false;
  void heard.then(() => {
    isHeard = true;
  });
  await vi.waitUntil(async () => {
    await client.pause('bulk');
    await client.resume('bulk');
    return isHeard;
  }, WAIT);
});

test('nobody but the user of the daemon may open them', async () => {
  const env = addresses(join(tempFolder(), 'run'));
  await start(env);
  for (const address of Object.values(env)) {
    expect(statSync(address.slice('ipc://'.length)).mode & 0o077).toBe(0);
  }
});

test('a second daemon at the same path is refused, and the first goes on', async () => {
  const env = addresses();
  const first = await start(env);
  const { ino } = statSync(first.endpoint.slice('ipc://'.length));
  const second = await prepareDaemon({ nodes: NODES, executors: 1, env });
  onTestFinished(() => second[Symbol.asyncDispose]());
  await expect(second.restart()).rejects.toThrow('ended with 1');
  expect(second.output).toContain(`cannot listen on ${env.LOCKSTEP_EVENTS_ENDPOINT}`);
  expect(second.output).toContain('already in use');
  expect(statSync(first.endpoint.slice('ipc://'.length)).ino).toBe(ino);
  expect(await clientOf(first).ping()).toMatchObject({ pid: first.pid });
});

test('P8: after kill -9 a start takes over what was left, and clients are back', async () => {
  const daemon = await start(addresses());
  const client = clientOf(daemon);
  await client.ping();
  await daemon.kill9();
  await daemon.restart();
  expect(await client.ping()).toMatchObject({ pid: daemon.pid });
});

test('with LOCKSTEP_AUTH=required events go on over a socket file, and not over TCP', async () => {
  const auth = { LOCKSTEP_AUTH: 'required' };
  const overFiles = await start({ ...auth, ...addresses() });
  expect(overFiles.output).not.toContain('no events are published by ZeroMQ');
  const { client, token } = knownClient('dashboard', 'read');
  const list = listPath();
  writeList(list, client);
  const overTcp = await start({ ...auth, LOCKSTEP_CLIENTS: list });
  expect(overTcp.output).toContain('no events are published by ZeroMQ');
  expect(overTcp.output).toContain('events=off');
  const reader = clientOf(overTcp, token);
  const subscription = reader.subscribe();
  onTestFinished(() => subscription.close());
  await expect(subscription[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    code: 'no_events',
    message: `no events from ${overTcp.eventsEndpoint}: the daemon publishes none by ZeroMQ`,
  });
});

test('P10: a folder that others may write to is refused, and named', async () => {
  const folder = tempFolder();
  chmodSync(folder, 0o777);
  const daemon = await prepareDaemon({ nodes: NODES, executors: 1, env: addresses(folder) });
  onTestFinished(() => daemon[Symbol.asyncDispose]());
  await expect(daemon.restart()).rejects.toThrow('ended with 1');
  expect(daemon.output).toContain(`other users may write to the folder ${folder}`);
});
