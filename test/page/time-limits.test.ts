/** How long the page waits, beside how long the door does. */
import { expect, test } from 'vitest';
import { OPERATIONS } from '../../src/door/api/operations.ts';
import { CALL_MS_MAX, SLOW_MS_MAX } from '../../src/door/coordinator-line.ts';
import { timeLimitOf } from '../../src/page/data/api.ts';

test.each(OPERATIONS)('P9: the page waits longer than the door: $method $path', (operation) => {
  const { method, path, isSlow } = operation;
  const doorMs = isSlow ? SLOW_MS_MAX : CALL_MS_MAX;
  expect(timeLimitOf(method, `${path}?x=1`)).toBeGreaterThan(doorMs);
  expect(timeLimitOf(method, path)).toBeLessThan(doorMs + 6000);
});
