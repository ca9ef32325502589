/** A client with several addresses of daemons that share a journal. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ClientError, LockstepClient } from '../../src/client/index.ts';
import { Failover } from '../../src/client/link/failover.ts';
import { errorReply } from '../../src/protocol/errors.ts';
import { creates, eventually, startPeer } from '../support/client-pair.ts';
import { freePorts } from '../support/free-ports.ts';

async function unused(): Promise<string> {
  const [port] = await freePorts(1);
  return `tcp://127.0.0.1:${port}`;
}

/** Speaks ZMTP up to the end of the handshake, and ends each connection then. */
async function startTurningAway(type = 'ROUTER') {
  let count = 0;
  const server = createServer((socket) => {
    count++;
    socket.on('error', () => {});
    socket.write(greeting('NULL'));
    socket.setEncoding('latin1').on('data', (text: string) => {
      if (text.includes('READY'))
        socket.end(`\x04${lengthed(`${READY}${lengthed(type)}`)}`, 'latin1');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  return { endpoint: `tcp://127.0.0.1:${port}`, count: () => count };
}

/** Asks the first client for CURVE, and ends the connections of all others before they can read that. */
async function startMismatched() {
  let count = 0;
  const server = createServer((socket) => {
    count++;
    socket.on('error', () => {});
    if (count === 1) socket.write(greeting('CURVE'));
    else socket.on('data', () => socket.resetAndDestroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  return { endpoint: `tcp://127.0.0.1:${port}`, count: () => count };
}

const lengthed = (text: string): string => `${String.fromCharCode(text.length)}${text}`;
const greeting = (mechanism: string): Buffer =>
  Buffer.from(
    `\xff${'\0'.repeat(7)}\x01\x7f\x03\0${mechanism.padEnd(20, '\0')}${'\0'.repeat(32)}`,
    'latin1',
  );
const READY = `${lengthed('READY')}${lengthed('Socket-Type')}\0\0\0`;

async function connect(endpoint: string | readonly string[]): Promise<LockstepClient> {
  const client = await LockstepClient.connect({ endpoint });
  onTestFinished(() => client.close());
  return client;
}

describe('a client with several addresses', () => {
  test.each(['list', 'text'])(
    'uses the first at which a daemon answers, given as a %s',
    async (form) => {
      const peer = await startPeer();
      const all = [await unused(), await unused(), peer.endpoint];
      const client = await connect(form === 'list' ? all : all.join(', '));
      expect(await client.create('5')).toMatchObject({ state: 'committed' });
      expect(client.endpoint).toBe(peer.endpoint);
    },
  );

  test('P7: asks the next one by the same id when its daemon dies with a command under way', async () => {
    const [first, second] = [
      await startPeer({ mute: ({ op }) => op === 'create' }),
      await startPeer(),
    ];
    const client = await connect([first.endpoint, second.endpoint]);
    const answer = client.create('5');
    await eventually(() => creates(first).length).toBe(1);
    first.down();
    expect(await answer).toMatchObject({ state: 'committed' });
    expect(creates(second)).toMatchObject([{ id: ((await answer) as { id: string }).id }]);
  });

  test('comes back to the first when the second dies', async () => {
    const [first, second] = [await startPeer(), await startPeer()];
    const client = await connect([first.endpoint, second.endpoint]);
    first.down();
    await client.ping();
    expect(client.endpoint).toBe(second.endpoint);
    await first.up();
    second.down();
    await client.ping();
    expect(client.endpoint).toBe(first.endpoint);
  });

  test('asks the next one when a daemon says that it is stopping, by the same id', async () => {
    const first = await startPeer({
      instead: ({ op }) => (op === 'create' ? errorReply('draining', 'stopping') : undefined),
    });
    const second = await startPeer();
    const client = await connect([first.endpoint, second.endpoint]);
    const answer = await client.create('5', { id: 'order-17', persist: true });
    expect(answer).toMatchObject({ id: 'order-17', state: 'committed' });
    expect(creates(second)).toMatchObject([{ id: 'order-17' }]);
  });

  test('is not held up by a program that accepts connections and says nothing', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as { port: number };
    const peer = await startPeer();
    const client = new LockstepClient({ endpoint: [`tcp://127.0.0.1:${port}`, peer.endpoint] });
    onTestFinished(() => client.close());
    expect(await client.ping({ timeoutMs: 10_000 })).toMatchObject({ accepting: true });
  });

  test('P10: names all of them when none answers', async () => {
    const [one, other] = [await unused(), await unused()];
    const failure = await LockstepClient.connect({ endpoint: [one, other], timeoutMs: 500 }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(ClientError);
    expect(failure).toMatchObject({ code: 'unreachable', endpoint: `${one},${other}` });
    expect((failure as Error).message).toContain(`${one} or ${other}`);
  });

  test('P9: pauses after each round, so that dead addresses cost no processor time', async () => {
    const client = new LockstepClient({ endpoint: [await unused(), await unused()] });
    onTestFinished(() => client.close());
    const before = process.cpuUsage();
    await expect(client.ping({ timeoutMs: 3000 })).rejects.toMatchObject({ code: 'unreachable' });
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
  });

  test('P9: pauses also between daemons that take the handshake and then end the connection', async () => {
    const [one, other] = [await startTurningAway(), await startTurningAway()];
    const client = new LockstepClient({ endpoint: [one.endpoint, other.endpoint] });
    onTestFinished(() => client.close());
    await expect(client.ping({ timeoutMs: 3000 })).rejects.toBeInstanceOf(ClientError);
    expect(one.count() + other.count()).toBeGreaterThan(2);
    expect(one.count() + other.count()).toBeLessThan(30);
  });

  test('P9: a subscription pauses between them, too', async () => {
    const [one, other] = [await startTurningAway('PUB'), await startTurningAway('PUB')];
    const peer = await startPeer();
    const eventsEndpoint = [one.endpoint, other.endpoint];
    const client = new LockstepClient({ endpoint: peer.endpoint, eventsEndpoint });
    onTestFinished(() => client.close());
    const subscription = client.subscribe();
    onTestFinished(() => subscription.close());
    const reading = subscription[Symbol.asyncIterator]().next();
    const begun = performance.now();
    await eventually(() => one.count() + other.count()).toBeGreaterThan(12);
    expect(performance.now() - begun).toBeGreaterThan(1000);
    subscription.close();
    await reading;
  });

  test.each<readonly [string, string | readonly string[]]>([
    ['a wrong one behind a right one', ['tcp://127.0.0.1:5570', 'nonsense']],
    ['an empty list', []],
    ['commas alone', ','],
  ])('P10: refuses %s before anything is sent', (_, endpoint) => {
    expect(() => new LockstepClient({ endpoint })).toThrow(
      expect.objectContaining({ code: 'bad_endpoint' }),
    );
  });
});

test('events come from the next address when nobody publishes at the first', async () => {
  const [first, second] = [await startPeer(), await startPeer()];
  const client = new LockstepClient({
    endpoint: second.endpoint,
    eventsEndpoint: [await unused(), first.eventsEndpoint, second.eventsEndpoint],
  });
  onTestFinished(() => client.close());
  const subscription = client.subscribe(['command.']);
  onTestFinished(() => subscription.close());
  const seen: string[] = [];
  const reading = (async () => {
    for await (const { topic } of subscription) seen.push(topic);
  })();
  const publish = (from: typeof first, topic: string) => async () => {
    await from.publish(topic, { number: 1 });
    return seen.includes(topic);
  };
  await eventually(publish(first, 'command.committed')).toBe(true);
  first.down();
  await eventually(publish(second, 'command.refused')).toBe(true);
  expect(subscription.missed).toBe(0);
  subscription.close();
  await reading;
});

test('a client that lacks a key says so, however often daemons end its handshakes without a word after that', async () => {
  const servers = [await startMismatched(), await startMismatched()] as const;
  const nothing = () => {};
  const listener = { onReply: nothing, onUp: nothing, onDown: nothing, onBroken: nothing };
  const endpoints = [servers[0].endpoint, servers[1].endpoint] as const;
  const failover = new Failover(endpoints, undefined, listener);
  onTestFinished(() => failover.close());
  await eventually(async () => failover.link === 'key_needed').toBe(true);
  const others = new Set<string>();
  const isTriedOften = () => servers.every(({ count }) => count() > 4);
  await eventually(async () => {
    if (failover.link !== 'key_needed') others.add(failover.link);
    return isTriedOften();
  }).toBe(true);
  expect([...others, failover.link]).toEqual(['key_needed']);
});
