import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { type Asked, openHarness } from './support/harness.ts';
import { settled } from './support/reports.ts';

const BATCHES = 20;
/** Each takes 80 kB in memory. */
const WRONG_COMMANDS = 20;
const wrong = Array.from({ length: 10_000 }, () => 0);

test('P9: a command that waits keeps no other command of its batch in memory', async () => {
  const harness = await openHarness();
  const before = heapBytes();
  for (let batch = 0; batch < BATCHES; batch++) {
    const waiting = { op: 'create' as const, id: `a${batch}`, groupId: '5' };
    const commands = [waiting, ...Array.from({ length: WRONG_COMMANDS }, () => wrong)];
    expect(harness.ask({ op: 'batch', commands } as never).isOpen).toBe(true);
    await harness.rest();
  }
  expect(heapBytes() - before).toBeLessThan((BATCHES * WRONG_COMMANDS * 80_000) / 4);
});

test('P9: results that wait for one command of their batch are bounded; single commands are accepted', async () => {
  const harness = await openHarness();
  const held = { op: 'create' as const, id: 'held', groupId: '5' };
  // A client sends the same batch again and again, as if each answer were lost.
  const commands = [held, ...Array.from({ length: 9999 }, () => 0)];
  const send = async () => {
    const asked = harness.ask({ op: 'batch', commands } as never);
    await harness.rest();
    return asked;
  };
  const waiting: Asked[] = [];
  for (let batch = 0; batch < 11; batch++) waiting.push(await send());
  expect(waiting.every(({ isOpen }) => isOpen)).toBe(true);
  expect((await send()).answer).toMatchObject({ error: { code: 'busy', retryAfterMs: 1000 } });
  const single = harness.ask({ op: 'create', id: 'single', groupId: '6' });
  await harness.rest();
  harness.report(settled(harness, 'held'), settled(harness, 'single'));
  await harness.rest();
  expect(single.answer).toMatchObject({ state: 'committed' });
  for (const { answer } of waiting) {
    expect(answer).toMatchObject({ results: { 0: { id: 'held' }, length: 10_000 } });
  }
  expect((await send()).answer).toMatchObject({ results: { length: 10_000 } });
});

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}
