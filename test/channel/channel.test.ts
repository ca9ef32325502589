import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { arrivals, openBoth } from '../support/channel.ts';

const ENDING = join(import.meta.dirname, 'programs/ending-thread.ts');

describe('a channel between threads', () => {
  test('carries texts both ways, whole and in their order', async () => {
    const { bound, connected } = await openBoth();
    const [there, here] = [arrivals(connected), arrivals(bound)];
    const texts = Array.from({ length: 2000 }, (_, index) => `${index} naïve ✓`);
    for (const text of texts) {
      await connected.send(text);
      await bound.send(text);
    }
    await vi.waitUntil(() => there.length === texts.length && here.length === texts.length);
    expect(there).toEqual(texts);
    expect(here).toEqual(texts);
  });

  test('messages sent before an end was closed still arrive', async () => {
    const { bound, connected } = await openBoth();
    for (let count = 0; count < 5; count++) await connected.send(String(count));
    connected.close();
    const left: string[] = [];
    await bound.takeRest((text) => void left.push(text));
    expect(left).toEqual(['0', '1', '2', '3', '4']);
  });

  test('P9: a send to an end that is gone goes nowhere, at once', async () => {
    const { bound, connected } = await openBoth();
    await connected.send('hello');
    await bound.takeRest(() => {});
    connected.close();
    for (let count = 0; count < 3; count++) await bound.send('who is there?');
    bound.close();
    bound.close();
    await bound.send('not even open');
  });

  test('a reader ends when its channel is closed', async () => {
    const { bound } = await openBoth();
    const reading = bound.receive(() => {});
    bound.close();
    await reading;
  });

  test.each([
    ['crash', 'boom\n'],
    ['memory', 'ERR_WORKER_OUT_OF_MEMORY\n'],
    ['exit', ''],
    ['hang', ''],
  ])('P8: a thread that ends by %s with its channel open aborts no process', (how, says) => {
    const { status, signal, stdout } = spawnSync(process.execPath, [ENDING, how], {
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect({ status, signal, stdout }).toEqual({ status: 7, signal: null, stdout: says });
  });
});
