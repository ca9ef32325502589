/** Both ends of the line between the door and the coordinator; the coordinator itself is played by the test. */
import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Caller } from '../../src/channel/door-messages.ts';
import { DoorLine } from '../../src/coordinator/door/door-line.ts';
import type { Respond } from '../../src/coordinator/ports.ts';
import { CoordinatorLine } from '../../src/door/coordinator-line.ts';
import type { Figures } from '../../src/protocol/figures.ts';
import type { Request } from '../../src/protocol/request.ts';
import { FIGURES } from './standing.ts';

const CALLER: Caller = {
  client: 'http ann',
  principal: { name: 'ann', role: 'operate', proven: true },
};
const STATUS: Request = { op: 'status' };

const onError = (error: unknown): never => {
  throw error;
};

function lines(onRequest: (request: Request, respond: Respond) => void = () => {}) {
  const { port1, port2 } = new MessageChannel();
  const figures: Figures[] = [];
  const onFigures = (latest: Figures) => figures.push(latest);
  const door = new CoordinatorLine({ port: port1, onFigures, onError });
  const coordinator = new DoorLine({ port: port2, onError });
  coordinator.serve({ clientNow: () => 7.5, onRequest });
  // The ports alone hold no thread.
  port1.ref();
  onTestFinished(() => port1.close());
  const ask = (request = STATUS) => door.ask(request, CALLER, 20);
  return { coordinator, ask, figures, ended: once(port1, 'close') };
}

/** Resolves when the door knows that the coordinator works. */
async function opened({ coordinator, figures }: ReturnType<typeof lines>): Promise<void> {
  coordinator.open();
  coordinator.sendFigures(FIGURES);
  await vi.waitFor(() => expect(figures).toHaveLength(1));
}

test('each answer finds its question, with the time of the clients', async () => {
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

test('P9: a coordinator that does not answer is waited for less long than HTTP waits', async () => {
  const pair = lines();
  await opened(pair);
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const waiting = pair.ask();
  await vi.advanceTimersByTimeAsync(4000);
  expect(await waiting).toMatchObject({ error: { code: 'busy', retryAfterMs: 1000 } });
});

test('P9: only so many questions are under way at once', async () => {
  const pair = lines();
  await opened(pair);
  for (let count = 0; count < 100; count++) void pair.ask();
  expect(await pair.ask()).toMatchObject({ error: { code: 'busy' } });
});
