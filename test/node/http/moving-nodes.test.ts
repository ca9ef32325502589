/** Nodes that move to other addresses, are looked up late or never, or have several addresses. */
import dns from 'node:dns';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { AfterPoll } from '../../../src/node/after-poll.ts';
import { Addresses } from '../../../src/node/http/addresses.ts';
import { Connection } from '../../../src/node/http/connection.ts';
import { NameWatch } from '../../../src/node/name-watch.ts';
import type { Resolution } from '../../../src/protocol/resolution.ts';
import { Asking, eventually } from '../support/asking.ts';
import { Carrier, get } from '../support/carrier.ts';
import { created, type RawNode, type Script, startRawNode } from '../support/raw-node.ts';
import { startResumableListener, startStoppedListener } from '../support/stopped-listener.ts';

const HOST = 'node.test';
const OLD = '127.0.0.2';
const NEW = '127.0.0.3';

type LookUp = (done: (error: Error | null, addresses?: Address[]) => void) => void;
type Address = { address: string; family: number };

/** Answers of `dns.lookup` for any name, until the test ends. */
function lookUps(answer: LookUp) {
  const lookup = vi.spyOn(dns, 'lookup');
  lookup.mockImplementation(((_name: string, _options: object, done: Parameters<LookUp>[0]) =>
    answer(done)) as unknown as typeof dns.lookup);
  onTestFinished(() => lookup.mockRestore());
  return lookup;
}

const silence: LookUp = () => {};

function at(...addresses: readonly string[]): Resolution {
  return { host: HOST, addresses: addresses.map((address) => ({ address, family: 4 })) };
}

/** The same port on both machines, and a client that knows the node by name. */
async function twoMachines(script: Script = created) {
  const old = await startRawNode(script, { host: OLD });
  const port = Number(new URL(old.url).port);
  const young = await startRawNode(script, { host: NEW, port });
  lookUps(silence);
  const asking = new Asking(`http://${HOST}:${port}/v1`, { connectTimeoutMs: 500 });
  return { old, young, asking };
}

async function allApplied(asking: Asking, count: number): Promise<void> {
  const answers = Array.from({ length: count }, () => asking.answerTo());
  for (const { kind } of await Promise.all(answers)) expect(kind).toBe('applied');
}

const counts = (...nodes: readonly RawNode[]) => nodes.map(({ requests }) => requests.length);

describe('a node that has moved', () => {
  test('no connection carries another exchange to where it was', async () => {
    const { old, young, asking } = await twoMachines();
    asking.client.onResolution(at(OLD));
    await allApplied(asking, 8);
    expect(old.connections).toHaveLength(8);
    asking.client.onResolution(at(NEW));
    await allApplied(asking, 40);
    expect(counts(old, young)).toEqual([8, 40]);
    await eventually(() => old.connections.every(({ over }) => over !== undefined));
  });

  test('an exchange under way ends there, and its connection is not used again', async () => {
    const held: Socket[] = [];
    const { old, young, asking } = await twoMachines((socket, request, connection) => {
      if (socket.localAddress === OLD) held.push(socket);
      else created(socket, request, connection);
    });
    asking.client.onResolution(at(OLD));
    const { answer } = asking.ask();
    await eventually(() => held.length === 1);
    asking.client.onResolution(at(NEW));
    for (const socket of held) created(socket, { head: '', body: '', line: '' }, 0);
    expect((await answer).kind).toBe('applied');
    await allApplied(asking, 8);
    expect(counts(old, young)).toEqual([1, 8]);
  });

  test('a connection made while it moved carries nothing, and that is not its fault', async () => {
    const listener = await startResumableListener();
    const { port } = new URL(listener.url);
    lookUps(silence);
    const asking = new Asking(`http://${HOST}:${port}`);
    asking.client.onResolution(at('127.0.0.1'));
    const { answer, seen } = asking.ask();
    asking.client.onResolution(at(NEW));
    listener.resume();
    expect(await answer).toEqual({
      kind: 'unsent',
      detail: 'the node has moved to another address',
    });
    expect((await seen).health).toBe('none');
  });

  test('an address that stays in the answer is kept, in whatever order they come', async () => {
    const { old, young, asking } = await twoMachines();
    asking.client.onResolution(at(OLD, NEW));
    await allApplied(asking, 8);
    asking.client.onResolution(at(NEW, OLD));
    await allApplied(asking, 8);
    expect(counts(old, young)).toEqual([16, 0]);
    expect(old.connections).toHaveLength(8);
  });

  test('a look-up that fails keeps what stands', async () => {
    const { old, young, asking } = await twoMachines();
    asking.client.onResolution(at(OLD));
    await allApplied(asking, 8);
    asking.client.onResolution({
      host: HOST,
      failure: { detail: 'getaddrinfo ENOTFOUND', isOurs: false },
    });
    await allApplied(asking, 8);
    expect(counts(old, young)).toEqual([16, 0]);
  });

  test('a connection of a minute or so carries no more, whatever its name says', async () => {
    const node = await startRawNode(created);
    const asking = new Asking(node.url, { connections: 1 });
    await allApplied(asking, 3);
    expect(node.connections).toHaveLength(1);
    const now = performance.now.bind(performance);
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + 67_000);
    onTestFinished(() => clock.mockRestore());
    await allApplied(asking, 3);
    expect(node.connections).toHaveLength(2);
  });
});

describe('a name', () => {
  test('P9: that is not looked up is waited for until connectTimeoutMs, and blames no node', async () => {
    const { asking } = await twoMachines();
    const { answer, seen } = asking.ask();
    expect(await answer).toEqual({
      kind: 'unsent',
      detail: `${HOST} was not looked up within 500 ms`,
    });
    expect((await seen).health).toBe('none');
    const second = asking.answerTo();
    asking.client.onResolution(at(OLD));
    expect((await second).kind).toBe('applied');
  });

  test.each([
    ['EAI_AGAIN', 'none'],
    ['ENOTFOUND', 'bad'],
  ])('without an answer fails at once: %s says of its node %s', async (code, health) => {
    lookUps((done) => done(Object.assign(new Error(`getaddrinfo ${code}`), { code })));
    const { answer, seen } = new Asking(`http://${HOST}:1`).ask();
    expect(await answer).toEqual({ kind: 'unsent', detail: `getaddrinfo ${code}` });
    expect((await seen).health).toBe(health);
  });

  test('in use is looked up again every 5 s, one look-up at a time, and reported when it changes', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const answers: Parameters<LookUp>[0][] = [];
    const lookup = lookUps((done) => answers.push(done));
    const sent: Resolution[] = [];
    const watch = new NameWatch([HOST], (resolution) => sent.push(resolution));
    onTestFinished(() => watch.stop());
    const says = (...addresses: readonly string[]) => {
      const resolution = at(...addresses);
      if ('addresses' in resolution) answers.shift()?.(null, [...resolution.addresses]);
    };
    watch.start();
    vi.advanceTimersByTime(60_000);
    expect(lookup).toHaveBeenCalledTimes(1);
    says(OLD, NEW);
    vi.advanceTimersByTime(4999);
    expect(lookup).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1);
    expect(lookup).toHaveBeenCalledTimes(2);
    says(NEW, OLD);
    expect(sent).toEqual([at(OLD, NEW)]);
    vi.advanceTimersByTime(5000);
    says(NEW);
    expect(sent).toEqual([at(OLD, NEW), at(NEW)]);
  });
});

describe('several addresses', () => {
  test('each has its share of connectTimeoutMs, not 250 ms', async () => {
    const listener = await startResumableListener();
    const url = new URL(`http://${HOST}:${new URL(listener.url).port}`);
    const addresses = new Addresses(url);
    // No program listens at the second.
    addresses.onResolution(at('127.0.0.1', NEW));
    const connection = new Connection({
      url,
      addresses,
      connectTimeoutMs: 8000,
      afterPoll: new AfterPoll(),
    });
    onTestFinished(() => connection.close());
    const carrier = new Carrier();
    const begun = performance.now();
    connection.carry(get('/'), carrier);
    // Its SYN finds the queue full; the kernel sends the next after a second.
    await setImmediate();
    listener.resume();
    await eventually(() => carrier.heard.length > 0);
    expect(carrier.heard).toEqual(['sent']);
    // Otherwise it would have connected at once, and the test would show nothing.
    expect(performance.now() - begun).toBeGreaterThan(250);
  });

  test('one that is silent leaves time for the next, which is then tried first', async () => {
    const { port } = new URL(await startStoppedListener());
    const node = await startRawNode(created, { host: NEW, port: Number(port) });
    lookUps(silence);
    const asking = new Asking(`http://${HOST}:${port}/v1`, { connectTimeoutMs: 1000 });
    asking.client.onResolution(at('127.0.0.1', NEW));
    await allApplied(asking, 1);
    const begun = performance.now();
    // More than one connection carries.
    await allApplied(asking, 8);
    expect(performance.now() - begun).toBeLessThan(450);
    expect(node.requests).toHaveLength(9);
  });
});
