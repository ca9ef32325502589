/** The bound of the refused acts that the trail takes. */
import { expect, test, vi } from 'vitest';
import { Refusals } from '../../src/coordinator/sockets/refusals.ts';
import { notedLog } from '../observe/support/noted-log.ts';

function taken(refusals: Refusals, client: string, acts: number): number {
  return Array.from({ length: acts }, () => refusals.mayNote(client)).filter(Boolean).length;
}

test('a flood of one client hides no refused act of another (P9)', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const refusals = new Refusals(notedLog().log);
  expect(taken(refusals, 'flood', 10_000)).toBe(60);
  expect(taken(refusals, 'quiet', 1)).toBe(1);
  expect(taken(refusals, 'flood', 1)).toBe(0);
  vi.advanceTimersByTime(60_000);
  expect(taken(refusals, 'flood', 100)).toBe(60);
  vi.useRealTimers();
});

test('names beyond those of the longest list are not taken until the next minute', () => {
  const refusals = new Refusals(notedLog().log);
  const names = Array.from({ length: 1001 }, (_, index) => `client-${index}`);
  expect(names.map((name) => taken(refusals, name, 1)).reduce((sum, each) => sum + each)).toBe(
    1000,
  );
});
