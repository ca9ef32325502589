/** The difference between a history that spins and a long one. */
import { describe, expect, it } from 'vitest';
import { Spin } from './spin.ts';

/** Whether that many steps, one each `everyMs`, count as spinning. */
function spins(steps: number, everyMs: number): boolean {
  const spin = new Spin();
  return Array.from({ length: steps }, (_, index) => spin.step(index * everyMs)).includes(true);
}

describe('a history spins', () => {
  it('if its time stands still', () => {
    expect(spins(100_000, 0)).toBe(true);
  });

  it('if its time hardly gets on', () => {
    expect(spins(100_000, 0.01)).toBe(true);
  });

  it('not because it is long: ten minutes of a step each millisecond', () => {
    expect(spins(600_000, 1)).toBe(false);
  });
});
