/** Events over HTTP, on a real socket; the coordinator is played by the test. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { ClientList } from '../../src/clients/client-list.ts';
import { EventStreams } from '../../src/door/events/streams.ts';
import { startServer } from '../../src/door/server.ts';
import { knownClient } from '../clients/support.ts';
import { freePorts } from '../support/free-ports.ts';
import { opsOptions } from './standing.ts';

const WAIT = { timeout: 10_000 };
const reader = knownClient('page', 'read');
const sender = knownClient('deploy', 'commands');
const second = knownClient('grafana', 'read');
const everybody = new ClientList([reader.client, second.client, sender.client]);
const LONG = { id: 'x'.repeat(8000) };
const STARTED_AT = Date.UTC(2026, 10, 30);

let port = 0;
let clients = everybody;
let streams: EventStreams;
/** What the coordinator was asked for, in order. */
let asked: (readonly string[])[] = [];

beforeEach(async () => {
  [port = 0] = await freePorts(1);
  asked = [];
  clients = everybody;
  streams = new EventStreams({
    listen: async (topics) => void asked.push(topics),
    startedAt: STARTED_AT,
  });
  const server = await startServer(opsOptions({ port, clients: () => clients, events: streams }));
  onTestFinished(() => server.close());
});

interface Opened {
  readonly answer: IncomingMessage;
  /** All that was received. */
  readonly text: () => string;
  readonly isOver: () => boolean;
  /** Goes away. */
  readonly leave: () => void;
}

function open(query = '', headers: Record<string, string> = {}, reads = true): Promise<Opened> {
  const authorization = `Bearer ${reader.token}`;
  const request = httpRequest({
    host: '127.0.0.1',
    port,
    path: `/v1/events${query}`,
    headers: { authorization, ...headers },
  });
  const { promise, resolve } = Promise.withResolvers<Opened>();
  request.once('response', (answer) => {
    let received = '';
    let isOver = false;
    answer.setEncoding('utf8');
    if (reads) answer.on('data', (part) => (received += part));
    answer.on('error', () => {});
    answer.once('close', () => {
      isOver = true;
    });
    const leave = () => void request.destroy();
    resolve({ answer, text: () => received, isOver: () => isOver, leave });
  });
  request.on('error', () => {});
  request.end();
  onTestFinished(() => void request.destroy());
  return promise;
}

const publish = (topic: string, payload: object, missed?: number) =>
  streams.take({
    kind: 'event',
    topic,
    text: JSON.stringify(payload),
    ...(missed === undefined ? {} : { missed }),
  });

/** The events of a stream: topic and data. */
const eventsOf = (text: string): readonly [string, unknown][] =>
  [...text.matchAll(/^id: \d+\nevent: (.*)\ndata: (.*)$/gm)].map(([, topic = '', data = '']) => [
    topic,
    JSON.parse(data),
  ]);
const idsOf = (text: string): readonly number[] =>
  [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));

describe('events over HTTP', () => {
  test('come as server-sent events, by the beginnings of their topics', async () => {
    const [all, some] = await Promise.all([
      open(),
      open('?topic=breaker.,lane.&topic=command.stuck'),
    ]);
    expect(all.answer.statusCode).toBe(200);
    expect(all.answer.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
    });
    publish('command.committed', { id: 'a' });
    publish('breaker.node01', { state: 'open' });
    publish('command.stuck', { id: 'b' });
    await vi.waitFor(() => expect(eventsOf(all.text())).toHaveLength(3), WAIT);
    expect(eventsOf(some.text())).toEqual([
      ['breaker.node01', { state: 'open' }],
      ['command.stuck', { id: 'b' }],
    ]);
    const ids = idsOf(all.text());
    expect(ids).toEqual([...ids].toSorted((one, other) => one - other));
    expect(streams.counts).toEqual({ open: 2, cut: 0, missed: 0 });
  });

  test('the coordinator is asked for what somebody wants, and for nothing when all have left', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const first = await open('?topic=breaker.');
    await open('?topic=breaker.node01');
    expect(asked).toEqual([['breaker.']]);
    const second = await open('?topic=lane.');
    expect(asked.at(-1)).toEqual(['breaker.', 'lane.']);
    second.leave();
    await vi.waitUntil(() => streams.counts.open === 2);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked.at(-1)).toEqual(['breaker.', 'breaker.node01']);
    expect(first.isOver()).toBe(false);
  });

  test('P9: their answer begins when the coordinator sends them, so that none is missed', async () => {
    const listening = Promise.withResolvers<void>();
    const [late = 0] = await freePorts(1);
    const waiting = new EventStreams({ listen: () => listening.promise, startedAt: STARTED_AT });
    const server = await startServer(
      opsOptions({ port: late, clients: () => clients, events: waiting }),
    );
    onTestFinished(() => server.close());
    port = late;
    let hasBegun = false;
    const opening = open().then((opened) => {
      hasBegun = true;
      return opened;
    });
    await vi.waitUntil(async () => (await fetch(`http://127.0.0.1:${late}/healthz`)).ok);
    expect(hasBegun).toBe(false);
    listening.resolve();
    expect((await opening).answer.statusCode).toBe(200);
  });
});

describe('a client that comes back', () => {
  test('gets what it has not seen, and no more', async () => {
    const first = await open();
    publish('lane.bulk', { paused: true });
    publish('command.stuck', { id: 'a' });
    await vi.waitFor(() => expect(idsOf(first.text())).toHaveLength(2), WAIT);
    const [seen = 0] = idsOf(first.text());
    first.leave();
    publish('lane.bulk', { paused: false });
    const again = await open('', { 'last-event-id': String(seen) });
    await vi.waitFor(() => expect(idsOf(again.text())).toHaveLength(2), WAIT);
    expect(eventsOf(again.text())).toEqual([
      ['command.stuck', { id: 'a' }],
      ['lane.bulk', { paused: false }],
    ]);
  });

  test.each([
    ['of an earlier run of the daemon', () => String((STARTED_AT - 60_000) * 1000)],
    ['that is no id', () => 'x'],
    ['that was never given', () => String(STARTED_AT * 1000 * 2)],
  ])('with an id %s is sent that it has missed events, first of all', async (_, id) => {
    const again = await open('', { 'last-event-id': id() });
    publish('lane.bulk', { paused: true });
    await vi.waitFor(() => expect(eventsOf(again.text())).toHaveLength(2), WAIT);
    expect(eventsOf(again.text())).toEqual([
      ['missed', {}],
      ['lane.bulk', { paused: true }],
    ]);
  });

  test('P9: only so much is kept for it', async () => {
    const first = await open();
    publish('lane.bulk', { paused: true });
    await vi.waitFor(() => expect(idsOf(first.text())).toHaveLength(1), WAIT);
    const [seen = 0] = idsOf(first.text());
    for (let count = 0; count < 200; count++) publish('command.stuck', LONG);
    const again = await open('?topic=lane.', { 'last-event-id': String(seen) });
    await vi.waitFor(() => expect(eventsOf(again.text())).toEqual([['missed', {}]]), WAIT);
  });
});

describe('P10: nobody misses events unawares', () => {
  test('those that the door did not get are announced to all, and counted', async () => {
    const some = await open('?topic=lane.');
    publish('command.stuck', { id: 'a' }, 7);
    await vi.waitFor(() => expect(eventsOf(some.text())).toEqual([['missed', { count: 7 }]]), WAIT);
    expect(streams.counts.missed).toBe(7);
  });

  test('P9: a client that does not read is cut, and counted; the others go on', async () => {
    const silent = await open('', {}, false);
    const other = await open();
    await vi.waitUntil(() => {
      for (let count = 0; count < 50; count++) publish('command.stuck', LONG);
      return streams.counts.cut === 1;
    }, WAIT);
    publish('lane.bulk', { paused: true });
    await vi.waitFor(() => expect(eventsOf(other.text()).at(-1)?.[0]).toBe('lane.bulk'), WAIT);
    expect(streams.counts.open).toBe(1);
    silent.answer.resume();
    await vi.waitUntil(silent.isOver, WAIT);
  });
});

describe('who may receive events', () => {
  test('needs the role read, and its token for as long as it listens', async () => {
    const wrong = await open('', { authorization: `Bearer ${sender.token}` });
    expect(wrong.answer.statusCode).toBe(403);
    const right = await open();
    clients = new ClientList([sender.client]);
    streams.review();
    await vi.waitUntil(right.isOver, WAIT);
    expect(streams.counts.open).toBe(0);
  });

  test.each([
    ['?topics=command.', 'topics'],
    [`?topic=${'x'.repeat(256)}`, 'topic'],
    [`?topic=${Array.from({ length: 17 }, () => 'x').join()}`, 'topic'],
  ])('P10: %s names the wrong parameter', async (query, field) => {
    const { answer, text, isOver } = await open(query);
    expect(answer.statusCode).toBe(400);
    await vi.waitUntil(isOver, WAIT);
    expect(JSON.parse(text())).toMatchObject({ error: { code: 'invalid_request', field } });
  });

  test('P9: so many at once, and half of them of one client; the next one is asked to come later', async () => {
    const other = { authorization: `Bearer ${second.token}` };
    await Promise.all(Array.from({ length: 32 }, () => open()));
    const { answer } = await open();
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([429, '10']);
    const others = await Promise.all(Array.from({ length: 32 }, () => open('', other)));
    expect(new Set(others.map((each) => each.answer.statusCode))).toEqual(new Set([200]));
    expect((await open('', other)).answer.statusCode).toBe(429);
    others[0]?.leave();
    await vi.waitUntil(() => streams.counts.open === 63, WAIT);
    expect((await open('', other)).answer.statusCode).toBe(200);
  });

  test('P9: topics that come and go are bounded, those of clients that have just left included', async () => {
    const staying = await open('?topic=lane.');
    for (let count = 0; count < 10; count++) {
      const topics = Array.from({ length: 16 }, (_, at) => `x${count}.${at}`);
      (await open(`?topic=${topics.join()}`)).leave();
      await vi.waitUntil(() => streams.counts.open === 1, WAIT);
    }
    expect(Math.max(...asked.map(({ length }) => length))).toBeLessThanOrEqual(128);
    for (let count = 0; count < 10; count++) {
      await open(`?topic=${Array.from({ length: 16 }, (_, at) => `y${count}.${at}`).join()}`);
    }
    expect(asked.at(-1)).toEqual(['']);
    publish('command.stuck', { id: 'a' });
    publish('lane.bulk', { paused: true });
    await vi.waitFor(() => expect(eventsOf(staying.text())).toHaveLength(1), WAIT);
  });

  test('when the coordinator has ended every stream ends, and none begins', async () => {
    const { isOver } = await open();
    streams.end();
    await vi.waitUntil(isOver, WAIT);
    expect((await open()).answer.statusCode).toBe(503);
  });
});
