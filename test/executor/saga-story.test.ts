/** What the executor tells of a saga: its attempts, waits for breakers, turns. */
import { describe, expect, test } from 'vitest';
import type { Step } from '../../src/protocol/story/step.ts';
import { Bench } from './bench.ts';

const shut = { kind: 'breaker', node: 'node02', closed: false } as const;
const open = { kind: 'breaker', node: 'node02', closed: true } as const;

async function storyAfter(bench: Bench, ms: number): Promise<readonly Step[] | undefined> {
  await bench.advance(ms);
  return bench.reportsOf('settled')[0]?.story;
}

describe('the story of a saga', () => {
  test('a command that simply succeeds has none', async () => {
    const bench = new Bench();
    bench.drive(bench.command(1));
    expect(await storyAfter(bench, 100)).toBeUndefined();
    expect(bench.reportsOf('settled')).toHaveLength(1);
  });

  test('one that a node answered otherwise has every attempt, with its answer', async () => {
    const bench = new Bench();
    bench.node('node02').faults.push('unsure');
    bench.drive(bench.command(1));
    const story = await storyAfter(bench, 5000);
    const attempts = story?.filter(({ step }) => step === 'attempt') ?? [];
    expect(attempts.filter((step) => 'node' in step && step.node === 'node02')).toMatchObject([
      { number: 1, request: 'create', answer: 'unsure' },
      { number: 2 },
      ...(attempts.length > 4 ? [{ number: 3 }] : []),
    ]);
    expect(attempts).toContainEqual(
      expect.objectContaining({ node: 'node01', number: 1, answer: 'applied' }),
    );
  });

  test('a rollback says when and why it turned, and what it did then', async () => {
    const bench = new Bench();
    bench.node('node01').faults.push('refused');
    bench.drive(bench.command(1));
    await bench.advance(100);
    bench.take({ kind: 'journaled', seq: 1 });
    const story = await storyAfter(bench, 5000);
    const turned = story?.findIndex(({ step }) => step === 'turned') ?? -1;
    expect(story?.[turned]).toMatchObject({ reason: 'node_refused' });
    expect(
      story?.slice(turned).filter((step) => 'request' in step && step.request === 'delete'),
    ).not.toEqual([]);
  });

  test('P5: a wait for a breaker is told once, with its length, and is no attempt', async () => {
    const bench = new Bench();
    bench.take(shut);
    bench.drive(bench.command(1));
    await bench.advance(4000);
    bench.take({ kind: 'inspect', seq: 1, story: true, ticket: 3 });
    await bench.rest();
    const answered = bench.reportsOf('answered')[0]?.value;
    const sofar = answered?.of === 'inspect' ? answered.inspection?.story : undefined;
    expect(sofar?.filter(({ step }) => step === 'waited')).toMatchObject([
      { for: 'breaker', node: 'node02' },
    ]);
    bench.take(open);
    const story = await storyAfter(bench, 100);
    const waits = story?.filter(({ step }) => step === 'waited');
    expect(waits).toMatchObject([{ for: 'breaker', node: 'node02' }]);
    expect(waits?.[0]).toHaveProperty('ms', expect.closeTo(4000, -2));
  });

  test('P9: attempts without end are bounded, and none is uncounted', async () => {
    const bench = new Bench();
    bench.node('node01').otherwise = () => 'unsure';
    bench.drive(bench.command(1, { deadlineAt: bench.clock.now() + 3_600_000 }));
    await bench.advance(600_000);
    bench.take({ kind: 'inspect', seq: 1, story: true, ticket: 3 });
    await bench.rest();
    const value = bench.reportsOf('answered')[0]?.value;
    const inspection = value?.of === 'inspect' ? value.inspection : undefined;
    const attempts = inspection?.story?.filter(({ step }) => step === 'attempt') ?? [];
    const gap = inspection?.story?.find(({ step }) => step === 'left_out');
    expect(attempts.length).toBeLessThanOrEqual(41);
    const counted = gap?.step === 'left_out' ? Object.values(gap.attempts ?? {}) : [];
    const leftOut = counted.flatMap((answers) => Object.values(answers)).reduce((a, b) => a + b, 0);
    const made = Object.values(inspection?.nodes ?? {}).reduce(
      (sum, node) => sum + node.attempts,
      0,
    );
    expect(leftOut).toBeGreaterThan(0);
    expect(attempts.length + leftOut).toBe(made);
  });

  test('P9: beside thousands of others a saga keeps the first and the last two attempts', async () => {
    const bench = new Bench();
    bench.node('node01').otherwise = () => 'unsure';
    const deadlineAt = bench.clock.now() + 3_600_000;
    for (let seq = 1; seq <= 2001; seq++) bench.drive(bench.command(seq, { deadlineAt }));
    await bench.advance(15_000);
    const attemptsOf = async (seq: number) => {
      bench.take({ kind: 'inspect', seq, story: true, ticket: seq });
      await bench.rest();
      const value = bench.reportsOf('answered').find(({ ticket }) => ticket === seq)?.value;
      const story = value?.of === 'inspect' ? value.inspection?.story : undefined;
      return story?.filter((step) => step.step === 'attempt' && step.answer !== undefined).length;
    };
    expect(await attemptsOf(1)).toBeGreaterThan(4);
    expect(await attemptsOf(2001)).toBe(4);
  });

  test('after a restart it begins with the entries of the journal', async () => {
    const bench = new Bench();
    const at = bench.clock.now();
    const entries = [
      { kind: 'began', at },
      { kind: 'turned', at: at + 1, reason: 'deadline' },
    ] as const;
    bench.drive(bench.command(1), { entries, recovered: true });
    const story = await storyAfter(bench, 60_000);
    expect(story?.map(({ step }) => step).slice(0, 3)).toEqual(['began', 'resumed', 'turned']);
  });
});
