import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { WorkChannels } from '../../src/coordinator/work-channels.ts';
import type { Order, WorkReport } from '../../src/protocol/work.ts';
import { report } from './support/reports.ts';

type Heard = readonly [executor: number, report: WorkReport];

const ANSWER: WorkReport = { kind: 'answered', ticket: 1, value: { of: 'operate' } };

/** `ends` are what executors have of their channels. */
function open(count: number) {
  const channels = Array.from({ length: count }, () => new MessageChannel());
  const heard: Heard[] = [];
  const work = new WorkChannels({
    ports: channels.map(({ port1 }) => port1),
    onReport: (report, executor) => heard.push([executor, report]),
    onError: (error) => {
      throw error;
    },
  });
  onTestFinished(() => work.close());
  return { work, heard, ends: channels.map(({ port2 }) => port2) };
}

describe('orders and reports', () => {
  test('each executor gets its orders in their order, those of one turn in one message', async () => {
    const { work, ends } = open(2);
    for (let seq = 0; seq < 1000; seq++) work.order(seq % 2, { kind: 'journaled', seq });
    for (const [index, end] of ends.entries()) {
      const [text] = (await once(end, 'message')) as [string];
      const orders = JSON.parse(text) as Extract<Order, { kind: 'journaled' }>[];
      expect(orders.map(({ seq }) => seq)).toEqual(
        Array.from({ length: 500 }, (_, place) => 2 * place + index),
      );
    }
  });

  test('they are complete when each executor has said hello, however often', async () => {
    const { work, heard, ends } = open(2);
    let isComplete = false;
    void work.complete.then(() => {
      isComplete = true;
    });
    for (let count = 0; count < 3; count++) report(ends[0], { kind: 'hello' });
    report(ends[0], ANSWER);
    await vi.waitUntil(() => heard.length === 1);
    expect(isComplete).toBe(false);
    report(ends[1], { kind: 'hello' });
    await work.complete;
    expect(heard).toHaveLength(1);
  });

  test('orders given before their executor listens wait for it', async () => {
    const { work, ends } = open(1);
    work.order(0, { kind: 'drain' });
    await new Promise(setImmediate);
    work.order(0, { kind: 'interrupt' });
    const texts: string[] = [];
    ends[0]?.on('message', (text: string) => texts.push(text));
    await vi.waitUntil(() => texts.length === 2);
    expect(texts).toEqual(['[{"kind":"drain"}]', '[{"kind":"interrupt"}]']);
  });

  test('reports are told with their executor, in their order', async () => {
    const { heard, ends } = open(2);
    report(ends[1], ANSWER, { kind: 'drained' });
    report(ends[0], { kind: 'drained' });
    await vi.waitUntil(() => heard.length === 3);
    const of = (index: number) =>
      heard.filter(([executor]) => executor === index).map(([, { kind }]) => kind);
    expect([of(0), of(1)]).toEqual([['drained'], ['answered', 'drained']]);
  });

  test('what an executor left behind is heard at once, however late it was read', () => {
    const { work, heard, ends } = open(2);
    report(ends[0], ANSWER);
    report(ends[1], ANSWER);
    report(ends[1], { kind: 'drained' });
    for (const end of ends) end.close();
    work.hearRest();
    expect(heard.map(([executor, { kind }]) => `${executor} ${kind}`)).toEqual([
      '0 answered',
      '1 answered',
      '1 drained',
    ]);
    work.hearRest();
    expect(heard).toHaveLength(3);
  });

  test('an order to an executor that is gone is no error: main sees that it is', async () => {
    const { work, ends } = open(1);
    ends[0]?.close();
    work.order(0, { kind: 'drain' });
    await new Promise(setImmediate);
    work.order(0, { kind: 'interrupt' });
    await new Promise(setImmediate);
    work.hearRest();
    work.close();
    work.close();
  });
});
