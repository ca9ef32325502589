import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NodeReplyKind } from '../../../src/core/model.ts';
import type { Step } from '../../../src/protocol/story/step.ts';
import { StepLog } from '../../../src/protocol/story/step-log.ts';
import { storyText } from '../../../src/protocol/story/story-text.ts';

function attempt(at: number, node = 'node01', answer: NodeReplyKind = 'lost'): Step {
  return {
    at,
    step: 'attempt',
    node,
    number: at,
    request: 'create',
    ms: 5,
    answer,
    detail: 'late',
  };
}

describe('the steps of a command', () => {
  test('P9: the first and the last twenty are kept, and no attempt is uncounted', () => {
    const log = new StepLog();
    for (let at = 1; at <= 1000; at++) log.add(attempt(at, at % 2 === 0 ? 'node01' : 'node02'));
    const steps = log.steps();
    expect(steps).toHaveLength(41);
    expect(steps.map(({ at }) => at).slice(0, 20)).toEqual(
      Array.from({ length: 20 }, (_, n) => n + 1),
    );
    expect(steps.map(({ at }) => at).slice(21)).toEqual(
      Array.from({ length: 20 }, (_, n) => n + 981),
    );
    expect(steps[20]).toEqual({
      at: 21,
      step: 'left_out',
      attempts: { node01: { lost: 480 }, node02: { lost: 480 } },
    });
  });

  test('up to forty stand as they are', () => {
    const log = new StepLog();
    for (let at = 1; at <= 40; at++) log.add(attempt(at));
    expect(log.steps().map(({ at }) => at)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
  });

  test('other steps are counted apart from attempts', () => {
    const log = new StepLog();
    for (let at = 1; at <= 45; at++) {
      log.add(at % 2 === 0 ? attempt(at) : { at, step: 'act', act: 'retry' });
    }
    expect(log.steps()[20]).toEqual({
      at: 21,
      step: 'left_out',
      attempts: { node01: { lost: 2 } },
      steps: 3,
    });
  });
});

describe('the text of a story', () => {
  const steps = fc.array(
    fc.record({
      at: fc.nat(),
      step: fc.constant('attempt' as const),
      node: fc.string({ unit: 'binary', maxLength: 64 }),
      number: fc.nat(),
      request: fc.constant('create' as const),
      ms: fc.nat(),
      answer: fc.constant('lost' as const),
      detail: fc.string({ unit: 'binary', maxLength: 200 }),
    }),
    { maxLength: 120 },
  );

  test('P9: has at most 16 KiB, whatever nodes answer, and is JSON of steps', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const text = storyText(given);
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(16 * 1024);
        const read: Step[] = JSON.parse(text);
        expect(read.length).toBeLessThanOrEqual(given.length + 1);
        expect(read.at(0)?.at).toBe(given.at(0)?.at);
        expect(read.at(-1)?.at).toBe(given.at(-1)?.at);
      }),
    );
  });

  test('what fits is kept whole', () => {
    const given = Array.from({ length: 40 }, (_, at) => attempt(at));
    expect(JSON.parse(storyText(given))).toEqual(given);
  });

  test('replies are cut before a step is left out', () => {
    const detail = 'x'.repeat(200);
    const given = Array.from({ length: 70 }, (_, at) => ({ ...attempt(at), detail }) as Step);
    const read: Step[] = JSON.parse(storyText(given));
    expect(read).toHaveLength(70);
    expect(read[0]).toMatchObject({ detail: `${'x'.repeat(59)}…` });
  });
});
