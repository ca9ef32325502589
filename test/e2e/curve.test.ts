/** CURVE on both sockets of a real daemon: who is let in, and who is not. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Dealer, Subscriber } from 'zeromq';
import { ClientError, LockstepClient } from '../../src/client/index.ts';
import { newCurvePair } from '../../src/clients/curve-pair.ts';
import { type KeyFile, Keys, newKeyFile } from '../support/curve.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { runCli } from '../support/run-cli.ts';

const NODES = 'node01=http://127.0.0.1:9/v1';
/** For a machine under load. */
const WAIT = { timeout: 20_000, interval: 20 };
/** A refused client tries again every second. */
const REFUSED_MS = 1500;
const ATTACKERS = 50;
const ATTACKS = 3000;
const HONEST_MS_MAX = 1000;
const GREETING_BYTES = 64;
/** With the head of its frame. */
const HELLO_BYTES = 202;

async function start(keys?: Keys): Promise<Daemon> {
  const daemon = await startDaemon({ nodes: NODES, executors: 1, env: keys?.env ?? {} });
  onTestFinished(() => daemon[Symbol.asyncDispose]());
  return daemon;
}

function clientOf(
  { endpoint, eventsEndpoint }: Pick<Daemon, 'endpoint' | 'eventsEndpoint'>,
  key?: KeyFile,
): LockstepClient {
  const keyed = key === undefined ? {} : { keyFile: key.path };
  const client = new LockstepClient({ endpoint, eventsEndpoint, ...keyed });
  onTestFinished(() => client.close());
  return client;
}

async function refusalOf(client: LockstepClient): Promise<ClientError> {
  const answer: unknown = await client.ping({ timeoutMs: REFUSED_MS }).catch((error) => error);
  if (!(answer instanceof ClientError)) throw new Error(`answered: ${JSON.stringify(answer)}`);
  return answer;
}

describe('the socket for clients with CURVE', () => {
  test('lets in a client of the list, of any role', async () => {
    const keys = new Keys();
    const all = (['commands', 'read', 'operate'] as const).map((role) => keys.add(role, role));
    const daemon = await start(keys);
    for (const key of all) {
      expect(await clientOf(daemon, key).ping()).toMatchObject({ pid: daemon.pid });
    }
  });

  test('refuses no key, an unknown key, and a wrong key of the server; each client learns why', async () => {
    const keys = new Keys();
    const good = keys.add('deploy', 'commands');
    const daemon = await start(keys);
    const refusals = await Promise.all([
      refusalOf(clientOf(daemon)),
      refusalOf(clientOf(daemon, newKeyFile(keys.serverKey))),
      refusalOf(clientOf(daemon, newKeyFile(newCurvePair().publicKey))),
    ]);
    expect(refusals.map(({ code }) => code)).toEqual(Array(3).fill('unauthorised'));
    expect(refusals.map(({ message }) => message)).toEqual([
      expect.stringContaining('accepts only clients with a key, and this client has none'),
      expect.stringContaining("refused this client's key"),
      expect.stringContaining("serverKey is not this daemon's public key"),
    ]);
    expect(daemon.output).toContain('connections of clients or subscribers were rejected');
    expect(daemon.output).toContain('the public key is not that of a client in the list');
    expect(await clientOf(daemon, good).ping()).toMatchObject({ pid: daemon.pid });
    await vi.waitUntil(async () => {
      const metrics = await (await fetch(`${daemon.opsUrl}/metrics`)).text();
      const counted = /connections_refused_total{reason="unknown_key"} (\d+)/.exec(metrics)?.[1];
      return Number(counted) > 0;
    }, WAIT);
  });

  test('a client with a key learns that the daemon uses none', async () => {
    const daemon = await start();
    const { code, message } = await refusalOf(
      clientOf(daemon, newKeyFile(newCurvePair().publicKey)),
    );
    expect(code).toBe('unauthorised');
    expect(message).toContain('the daemon uses no keys');
  });

  test('without a list nobody gets in, until there is one', async () => {
    const keys = new Keys();
    const daemon = await start(keys);
    const early = newKeyFile(keys.serverKey);
    const client = clientOf(daemon, early);
    const answer = client.ping({ timeoutMs: WAIT.timeout });
    expect((await refusalOf(clientOf(daemon, early))).code).toBe('unauthorised');
    keys.add('early', 'operate', early);
    expect(await answer).toMatchObject({ pid: daemon.pid });
  });

  test('the bytes of an honest handshake, sent again, let nobody in', async () => {
    const keys = new Keys();
    const key = keys.add('deploy', 'operate');
    const daemon = await start(keys);
    const tap = await openTap(daemon.endpoint);
    await clientOf({ ...daemon, endpoint: tap.endpoint }, key).ping();
    const bytes = Buffer.concat(tap.said);
    const initiate = GREETING_BYTES + HELLO_BYTES;
    expect(String(bytes.subarray(initiate))).toContain('INITIATE');
    const again = open(daemon.endpoint);
    const heard: Buffer[] = [];
    const hears = (text: string) =>
      vi.waitUntil(() => String(Buffer.concat(heard)).includes(text), WAIT);
    again.on('data', (part: Buffer) => heard.push(part));
    again.write(bytes.subarray(0, GREETING_BYTES));
    await hears('CURVE');
    again.write(bytes.subarray(GREETING_BYTES, initiate));
    await hears('WELCOME');
    const closed = once(again, 'close');
    again.write(bytes.subarray(initiate));
    await closed;
    expect(String(Buffer.concat(heard))).not.toMatch(/READY|MESSAGE/);
  });

  test('P9: thousands of handshakes that fail hold up no honest client', async () => {
    const keys = new Keys();
    const key = keys.add('deploy', 'operate');
    const daemon = await start(keys);
    const honest = clientOf(daemon, key);
    await honest.ping();
    const unknown = newKeyFile(keys.serverKey);
    let failed = 0;
    let isOver = false;
    const attacks = Array.from({ length: ATTACKERS }, async () => {
      for (; !isOver; failed++) await failOnce(daemon.endpoint, unknown);
    });
    const timesMs: number[] = [];
    while (failed < ATTACKS) timesMs.push(await timeOf(() => honest.ping()));
    timesMs.push(await timeOf(() => clientOf(daemon, key).ping()));
    isOver = true;
    await Promise.all(attacks);
    expect(Math.max(...timesMs)).toBeLessThan(HONEST_MS_MAX);
  }, 60_000);
});

describe('the command line with CURVE', () => {
  test('takes its key file from --key-file or LOCKSTEP_KEY_FILE, and says what is wrong without', async () => {
    const keys = new Keys();
    const { path } = keys.add('deploy', 'operate');
    const { endpoint, pid } = await start(keys);
    const env = { LOCKSTEP_ENDPOINT: endpoint };
    const pong = { code: 0, stdout: expect.stringContaining(String(pid)) };
    expect(await runCli(['ping', '--key-file', path], { env })).toMatchObject(pong);
    expect(await runCli(['ping'], { env: { ...env, LOCKSTEP_KEY_FILE: path } })).toMatchObject(
      pong,
    );
    const without = await runCli(['ping', '--timeout', '1s'], { env });
    expect(without.code).toBe(3);
    expect(without.stderr).toContain('accepts only clients with a key, and this client has none');
    expect(without.stderr).toContain('--key-file FILE');
    const wrong = await runCli(['ping', '--key-file', `${path}.none`], { env });
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain(`there is no file ${path}.none`);
  });
});

describe('the events socket with CURVE', () => {
  test('sends to clients that may read, and to no other', async () => {
    const keys = new Keys();
    const [operate, read] = [keys.add('ops', 'operate'), keys.add('dashboard', 'read')];
    const commands = keys.add('deploy', 'commands');
    const daemon = await start(keys);
    const operator = clientOf(daemon, operate);
    const reader = follow(clientOf(daemon, read));
    const others = [undefined, commands].map((key) => follow(clientOf(daemon, key)));
    await vi.waitUntil(async () => {
      await publish(operator);
      return reader.count > 0;
    }, WAIT);
    for (const { end } of others) expect(await end).toMatchObject({ code: 'unauthorised' });
    expect(others.map(({ count }) => count)).toEqual([0, 0]);
  });

  test('a subscriber that leaves the list gets no further event; others go on', async () => {
    const keys = new Keys();
    const [operate, read] = [keys.add('ops', 'operate'), keys.add('stays', 'read')];
    const removed = keys.add('leaves', 'read');
    const daemon = await start(keys);
    const operator = clientOf(daemon, operate);
    const [stays, leaves] = [subscribe(daemon, read), subscribe(daemon, removed)];
    const until = (isDone: () => boolean) =>
      vi.waitUntil(async () => {
        await publish(operator);
        return isDone();
      }, WAIT);
    await until(() => stays.count > 0 && leaves.count > 0);
    keys.remove('leaves');
    // The socket was opened again: this one has missed some.
    await until(() => leaves.count + 20 < stays.count);
    const [before, out] = [stays.count, leaves.count];
    await until(() => stays.count > before + 20);
    expect(leaves.count).toBe(out);
  });
});

/** Two events. */
async function publish(operator: LockstepClient): Promise<void> {
  await operator.pause('bulk');
  await operator.resume('bulk');
}

function follow(client: LockstepClient) {
  const subscription = client.subscribe(['lane.']);
  onTestFinished(() => subscription.close());
  const followed = { count: 0, end: Promise.resolve<unknown>(undefined) };
  followed.end = (async () => {
    for await (const _ of subscription) followed.count++;
  })().catch((error: unknown) => error);
  return followed;
}

/** As any program with ZeroMQ does it. */
function subscribe({ eventsEndpoint }: Daemon, { options }: KeyFile): { readonly count: number } {
  const subscriber = new Subscriber({ linger: 0, reconnectInterval: 50, ...options });
  onTestFinished(() => subscriber.close());
  subscriber.connect(eventsEndpoint);
  subscriber.subscribe('lane.');
  const seen = { count: 0 };
  void (async () => {
    for await (const _ of subscriber) seen.count++;
  })();
  return seen;
}

async function failOnce(endpoint: string, { options }: KeyFile): Promise<void> {
  const dealer = new Dealer({ linger: 0, ...options });
  const failed = new Promise((resolve) => {
    dealer.events.on('handshake:error:auth', resolve);
  });
  dealer.connect(endpoint);
  await failed;
  dealer.close();
}

async function timeOf(call: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await call();
  return performance.now() - begun;
}

function open(endpoint: string): Socket {
  const { hostname, port } = new URL(endpoint);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => {
    socket.destroy();
  });
  return socket.on('error', () => {});
}

/** A port that leads to the daemon, and keeps what clients say. */
async function openTap(endpoint: string) {
  const said: Buffer[] = [];
  const server = createServer((client) => {
    const daemon = open(endpoint);
    client.on('data', (part) => said.push(part));
    client.on('error', () => {});
    client.pipe(daemon).pipe(client);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return { said, endpoint: `tcp://127.0.0.1:${address.port}` };
}
