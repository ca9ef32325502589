import { describe, expect, it } from 'vitest';
import { judge } from '../../bench/rig/goals.ts';

const FREE = { freeCores: [4, 4], reason: undefined };

describe('the verdict on a goal', () => {
  it('goes by the median of the rounds', () => {
    expect(judge('speed64', [0.1, 0.96, 2], FREE).verdict).toBe('aim met');
    expect(judge('speed64', [0.1, 0.81, 2], FREE).verdict).toBe('met');
    expect(judge('speed64', [0.1, 0.79, 2], FREE).verdict).toBe('missed');
  });

  it('knows when less is better', () => {
    expect(judge('alone', [3], FREE).verdict).toBe('aim met');
    expect(judge('alone', [3.1], FREE).verdict).toBe('met');
    expect(judge('alone', [4.1], FREE).verdict).toBe('missed');
  });

  it('is not given with fewer free cores than the goal needs, at any look', () => {
    const { verdict, reason } = judge('speed64', [0.5], { ...FREE, freeCores: [4, 4, 2.5] });
    expect(verdict).toBe('not judged');
    expect(reason).toBe('needs 4 free cores, there were 4.0, at times 2.5');
    expect(judge('memory', [1], { ...FREE, freeCores: [4, 2.5] }).verdict).toBe('aim met');
  });

  it('needs all rounds to agree on a machine that is not steady', () => {
    const unsteady = { ...FREE, unsteady: 'why' };
    expect(judge('speed64', [0.81, 0.97, 0.98], unsteady).verdict).toBe('aim met');
    expect(judge('speed64', [0.81, 0.82, 0.97], unsteady).verdict).toBe('met');
    expect(judge('speed64', [0.5, 0.6, 0.79], unsteady).verdict).toBe('missed');
    const torn = { verdict: 'not judged', reason: 'why' };
    expect(judge('speed64', [0.79, 0.97, 0.98], unsteady)).toMatchObject(torn);
    expect(judge('speed64', [0.5, 0.6, 0.8], unsteady)).toMatchObject(torn);
  });

  it('is not given for a run without figures', () => {
    expect(judge('idle', [], FREE)).toMatchObject({ verdict: 'not judged', reached: undefined });
    expect(judge('idle', [9], { ...FREE, reason: 'why' })).toMatchObject({
      verdict: 'not judged',
      reason: 'why',
    });
  });
});
