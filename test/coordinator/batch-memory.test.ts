import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { openHarness } from './support/harness.ts';

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

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}
