import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ExecutorChannels } from '../../src/coordinator/sockets/executor-channels.ts';
import type { Order, WorkReport } from '../../src/protocol/work.ts';
import { arrivals, openBoth } from '../support/channel.ts';
import { report } from './support/reports.ts';

type Heard = readonly [executor: number, report: WorkReport];

const ANSWER: WorkReport = { kind: 'answered', ticket: 1, value: { of: 'operate' } };

/** `ends` are what executors have of their channels; nothing is read before `work.receive`. */
async function open(count: number) {
  const both = await Promise.all(Array.from({ length: count }, () => openBoth()));
  const heard: Heard[] = [];
  const work = new ExecutorChannels({
    channels: both.map(({ bound }) => bound),
    onReport: (report, executor) => heard.push([executor, report]),
    onError: (error) => {
      throw error;
    },
  });
  onTestFinished(() => work.close());
  return { work, heard, ends: both.map(({ connected }) => connected) };
}

describe('orders and reports', () => {
  test('each executor gets its orders in their order, those of one turn in one message', async () => {
    const { work, ends } = await open(2);
    void work.receive();
    const texts = ends.map(arrivals);
    for (const end of ends) await report(end, { kind: 'hello' });
    for (let seq = 0; seq < 1000; seq++) work.order(seq % 2, { kind: 'journaled', seq });
    await vi.waitUntil(() => texts.every(({ length }) => length === 1));
    for (const [index, [text = '']] of texts.entries()) {
      const orders = JSON.parse(text) as Extract<Order, { kind: 'journaled' }>[];
      expect(orders.map(({ seq }) => seq)).toEqual(
        Array.from({ length: 500 }, (_, place) => 2 * place + index),
      );
    }
  });

  test('they are complete when each executor has said hello, however often', async () => {
    const { work, heard, ends } = await open(2);
    void work.receive();
    let isComplete = false;
    const complete = work.complete().then(() => {
      isComplete = true;
    });
    for (let count = 0; count < 3; count++) await report(ends[0], { kind: 'hello' });
    await report(ends[0], ANSWER);
    await vi.waitUntil(() => heard.length === 1);
    expect(isComplete).toBe(false);
    await report(ends[1], { kind: 'hello' });
    await complete;
    expect(heard).toHaveLength(1);
  });

  test('orders given before their executor listens wait for it', async () => {
    const { work, ends } = await open(1);
    void work.receive();
    work.order(0, { kind: 'drain' });
    await new Promise(setImmediate);
    work.order(0, { kind: 'interrupt' });
    const texts = ends.map(arrivals)[0];
    await report(ends[0], { kind: 'hello' });
    await vi.waitUntil(() => texts?.length === 2);
    expect(texts).toEqual(['[{"kind":"drain"}]', '[{"kind":"interrupt"}]']);
  });

  test('reports arrive with their executor, in their order', async () => {
    const { work, heard, ends } = await open(2);
    void work.receive();
    await report(ends[1], ANSWER, { kind: 'drained' });
    await report(ends[0], { kind: 'drained' });
    await vi.waitUntil(() => heard.length === 3);
    const of = (index: number) =>
      heard.filter(([executor]) => executor === index).map(([, { kind }]) => kind);
    expect([of(0), of(1)]).toEqual([['drained'], ['answered', 'drained']]);
  });

  test('what an executor left behind is heard, however late it was read', async () => {
    const { work, heard, ends } = await open(2);
    await report(ends[0], ANSWER);
    await report(ends[1], ANSWER);
    await report(ends[1], { kind: 'drained' });
    for (const end of ends) end.close();
    await work.receiveRest();
    expect(heard.map(([executor, { kind }]) => `${executor} ${kind}`)).toEqual([
      '0 answered',
      '1 answered',
      '1 drained',
    ]);
    await work.receiveRest();
    expect(heard).toHaveLength(3);
  });

  test('an order to an executor that is gone is no error: main sees that it is', async () => {
    const { work, ends } = await open(1);
    void work.receive();
    await report(ends[0], { kind: 'hello' });
    ends[0]?.close();
    work.order(0, { kind: 'drain' });
    await new Promise(setImmediate);
    work.order(0, { kind: 'interrupt' });
    await new Promise(setImmediate);
    await work.receiveRest();
    work.close();
    work.close();
  });
});
