import { describe, expect, test } from 'vitest';
import { durationText } from '../../src/base/time/duration-text.ts';
import { callsBetween } from '../../src/cli/demo/node-calls.ts';
import { decode, encode } from '../../src/cli/input/arguments.ts';
import { durationMs } from '../../src/cli/input/duration.ts';
import { table } from '../../src/cli/output/table.ts';
import { plain, wrapped } from '../../src/cli/output/terminal.ts';
import type { SummaryAnswer } from '../../src/protocol/answer.ts';

describe('a duration', () => {
  test.each([
    ['1500ms', 1500],
    ['1.5s', 1500],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['7d', 604_800_000],
  ])('%s is %i ms', (text, ms) => {
    expect(durationMs('timeout', text)).toBe(ms);
  });

  test.each(['', '0', '0s', '-1', '1w', 's', '1e3', '∞'])('is not %j', (text) => {
    expect(() => durationMs('timeout', text)).toThrow('--timeout must be a duration');
  });

  test('without a unit is refused, and the units are reported', () => {
    expect(() => durationMs('older-than', '3')).toThrow(
      '--older-than needs a unit: 3ms, 3s, 3m, 3h or 3d, not "3"',
    );
  });

  test.each([
    [0.42, '0.4 ms'],
    [12.4, '12 ms'],
    [1800, '1.8 s'],
    [125_000, '2 min 5 s'],
    [3_725_000, '1 h 2 min'],
    [86_400_000, '1 d'],
  ])('of %d ms is shown as %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});

test('a table lines its columns up, colours or not', () => {
  const rows = [
    ['node01', '7'],
    ['\u001b[32mb\u001b[39m', '1000'],
  ];
  expect(table([{ title: 'node' }, { title: 'n', align: 'right' }], rows)).toBe(
    ['node       n', 'node01     7', '\u001b[32mb\u001b[39m       1000'].join('\n'),
  );
});

test('wide characters take two cells of a column, accents and joiners none of their own', () => {
  const rows = [
    ['日本語🎉', 'x'],
    ['e\u0301ﾊﾝ', 'x'],
    ['👨\u200d👩\u200d👧', 'x'],
  ];
  expect(
    table([{ title: 'key' }, { title: '' }], rows)
      .split('\n')
      .slice(1),
  ).toEqual(['日本語🎉  x', 'e\u0301ﾊﾝ       x', '👨\u200d👩\u200d👧        x']);
});

test("P10: the text of nodes can't control the terminal", () => {
  expect(plain('a\u001b[2Jb\nc\u009b31m\ud800')).toBe('a [2Jb c 31m\ufffd');
});

test('P10: text that would turn the line round or hide in it is shown by its number', () => {
  expect(plain('a\u202etxt.exe\u2069\u2028\u{e0041}\u00ad')).toBe(
    'a<U+202E>txt.exe<U+2069><U+2028><U+E0041><U+00AD>',
  );
  // Joiners make one sign of several: a family of three.
  expect(plain('👨\u200d👩\u200d👧')).toBe('👨\u200d👩\u200d👧');
});

test('words that do not fit go to the next line, whole', () => {
  expect(wrapped('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrapped('tcp://127.0.0.1:5570 answers', 7)).toEqual(['tcp://127.0.0.1:5570', 'answers']);
  expect(wrapped('one two', Number.POSITIVE_INFINITY)).toEqual(['one two']);
});

test('a lone dash and what follows `--` come through yargs as they are', () => {
  const words = encode(['create-one', '-', '--json', '--', '-x', '--y']);
  expect(words.slice(0, 3)).toEqual(['create-one', '\0-', '--json']);
  expect(words).not.toContain('--');
  expect(decode(words)).toEqual(['create-one', '-', '--json', '-x', '--y']);
  expect(decode(7)).toBe(7);
});

test('the demo counts the calls that failed in between', () => {
  const summary = (calls: number, answers: Record<string, number>) =>
    ({ nodes: { node01: { calls, answers } } }) as unknown as SummaryAnswer;
  const before = summary(10, { applied: 8, unsure: 2 });
  const after = summary(20, { applied: 14, unsure: 5, lost: 1 });
  expect(callsBetween(before, after)).toEqual(new Map([['node01', { calls: 10, failed: 4 }]]));
});
