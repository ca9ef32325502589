/** Both ends of the line between the door and the coordinator; the coordinator itself is played by the test. */
import { once } from 'node:events';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Caller, EventMessage } from '../../src/channel/door-messages.ts';
import { lineEnds, ThreadLine } from '../../src/channel/thread-line.ts';
import { DoorLine } from '../../src/coordinator/door/door-line.ts';
import type { Respond } from '../../src/coordinator/ports.ts';
import { type Asked, CoordinatorLine } from '../../src/door/coordinator-line.ts';
import type { Figures } from '../../src/protocol/figures.ts';
import type { Request } from '../../src/protocol/request.ts';
import { notedLog } from '../observe/support/noted-log.ts';
import { FIGURES } from './standing.ts';

const CALLER: Caller = {
  client: 'http ann',
  principal: { name: 'ann', role: 'operate', proven: true },
};
/** 20 bytes. */
const STATUS: Asked = {
  text: '{"op":"status"}'.padEnd(20),
  ops: ['status'],
  waitMs: 0,
  isSlow: false,
};

const onError = (error: unknown): never => {
  throw error;
};

function lines(onRequest: (request: Request, respond: Respond) => void = () => {}) {
  const { one, other } = lineEnds();
  const { log } = notedLog();
  const figures: Figures[] = [];
  const events: EventMessage[] = [];
  const onFigures = (latest: Figures) => figures.push(latest);
  const door = new CoordinatorLine({
    end: one,
    onFigures,
    onEvent: (event) => events.push(event),
    onEnd: () => {},
    onError,
  });
  const coordinator = new DoorLine({ end: other, onError });
  coordinator.serve({ log, isFull: () => false, clientNow: () => 7.5, onRequest });
  // The ports alone hold no thread.
  one.port.ref();
  onTestFinished(() => one.port.close());
  const ask = async (): Promise<unknown> =>
    JSON.parse((await door.call(STATUS, CALLER).reply)?.text ?? 'null');
  return { door, coordinator, ask, figures, events, ended: once(one.port, 'close') };
}

/** Resolves when the door knows that the coordinator works. */
async function opened({ coordinator, figures }: ReturnType<typeof lines>): Promise<void> {
  coordinator.open();
  coordinator.sendFigures(FIGURES);
  await vi.waitFor(() => expect(figures).toHaveLength(1));
}

test('each answer finds its call, with the time of the clients', async () => {
  const seen: Respond[] = [];
  const pair = lines((_, respond) => seen.push(respond));
  await opened(pair);
  const [first, second] = [pair.ask(), pair.ask()];
  await vi.waitFor(() => expect(seen).toHaveLength(2));
  const pong = (pid: number) => ({ pid, version: '1.2.3', accepting: true, uptimeMs: 1 });
  seen[1]?.(pong(2));
  seen[0]?.(pong(1));
  expect(await Promise.all([first, second])).toEqual([
    { ...pong(1), at: 7 },
    { ...pong(2), at: 7 },
  ]);
});

test('the coordinator is told who asks, by which door, and how much', async () => {
  const respond = Promise.withResolvers<Respond>();
  const pair = lines((_, given) => respond.resolve(given));
  await opened(pair);
  void pair.ask();
  expect({ ...(await respond.promise) }).toEqual({ ...CALLER, door: 'http', bytes: 20 });
});

test('P9: before the coordinator works, and after its end, nobody waits for it', async () => {
  const pair = lines();
  expect(await pair.ask()).toMatchObject({ error: { code: 'unavailable', retryAfterMs: 1000 } });
  await opened(pair);
  const waiting = pair.ask();
  await pair.coordinator.close();
  await pair.ended;
  expect(await waiting).toMatchObject({ error: { code: 'draining' } });
  expect(await pair.ask()).toMatchObject({ error: { code: 'draining' } });
});

test('P9: a coordinator that does not answer is waited for 10 seconds', async () => {
  const pair = lines();
  await opened(pair);
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const waiting = pair.ask();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await waiting).toMatchObject({ error: { code: 'busy', retryAfterMs: 1000 } });
});

test('P9: a call whose client has left has not ended before the coordinator is done with it', async () => {
  const respond = Promise.withResolvers<Respond>();
  const pair = lines((_, given) => respond.resolve(given));
  await opened(pair);
  const { reply, leave, ended } = pair.door.call(STATUS, CALLER);
  const hasEnded = vi.fn();
  void ended.then(hasEnded);
  const answer = await respond.promise;
  leave();
  expect(await reply).toBeUndefined();
  expect(hasEnded).not.toHaveBeenCalled();
  answer({ pid: 1, version: '1.2.3', accepting: true, uptimeMs: 1 });
  await ended;
});

test('events come from the answer to `listen` on, also when it was asked before the coordinator worked', async () => {
  const pair = lines();
  const { door, coordinator, events } = pair;
  await door.listen(['lane.']);
  await opened(pair);
  await vi.waitFor(() => {
    coordinator.events.publish('lane.bulk', () => ({ paused: true }));
    expect(events[0]).toEqual({ kind: 'event', topic: 'lane.bulk', text: '{"paused":true}' });
  });
  await door.listen(['command.']);
  events.length = 0;
  coordinator.events.publish('lane.bulk', () => ({ paused: false }));
  coordinator.events.publish('command.stuck', () => ({ id: 'a' }));
  await vi.waitFor(() => expect(events.map(({ topic }) => topic)).toEqual(['command.stuck']));
});

test('P9: each end knows how much of what it sent the other has not taken', async () => {
  const { one, other } = lineEnds();
  const taken: string[] = [];
  const sender = new ThreadLine<string, string>(one, { take: () => {}, onError });
  sender.send('x'.repeat(1000));
  await vi.waitFor(() => expect(sender.unread).toBeGreaterThan(1000));
  const reader = new ThreadLine<string, string>(other, {
    take: (text) => taken.push(text),
    onError,
  });
  other.port.ref();
  await vi.waitFor(() => expect(sender.unread).toBe(0));
  expect(taken).toHaveLength(1);
  await reader.close();
  await sender.close();
});
