/** Tables within the width of a terminal; characters of any width. */
import { describe, expect, test } from 'vitest';
import { table } from '../../src/cli/output/table.ts';
import { cellsOf, cutTo } from '../../src/cli/output/width.ts';
import { startPeer } from '../support/client-pair.ts';
import { noTerminal, runCli, runCliAtTerminal } from '../support/run-cli.ts';

const WIDE_KEY = '日本語🎉é';

describe('the width of a text', () => {
  test.each([
    ['abc', 3],
    ['日本語', 6],
    ['🎉', 2],
    ['👩‍👩‍👧', 2],
    ['🇩🇪', 2],
    ['é', 1],
    ['ｶﾅ', 2],
    ['\u001b[31mred\u001b[39m', 3],
  ])('%s takes %i cells', (text, cells) => expect(cellsOf(text)).toBe(cells));

  test('is never exceeded by a cut, and no character is cut in two', () => {
    expect(cutTo('日本語', 6)).toBe('日本語');
    expect(cutTo('日本語', 5)).toBe('日本…');
    expect(cutTo('日本語', 4)).toBe('日…');
    expect(cutTo('e\u0301e\u0301e\u0301', 2)).toBe('e\u0301…');
  });
});

describe('a table', () => {
  const columns = [
    { title: 'age', align: 'right' },
    { title: 'op', rank: 2 },
    { title: 'key' },
    { title: 'id', isWhole: true },
    { title: 'last responses', rank: 1 },
  ] as const;
  const rows = [['3m', 'create', 'a-key-of-some-length', '0199ab2c-7f10', 'x'.repeat(100)]];

  test.each([200, 120, 80, 60, 40])('fits %i cells, and shows ids whole', (room) => {
    const text = table(columns, rows, room);
    for (const line of text.split('\n')) expect(cellsOf(line)).toBeLessThanOrEqual(room);
    expect(text).toContain('0199ab2c-7f10');
    expect(text).toContain('3m');
  });

  test('cuts the widest text first, then leaves out the columns that matter least', () => {
    expect(table(columns, rows, 80)).toMatch(/create +a-key-of-some-length .*x…$/);
    const narrow = table(columns, rows, 40);
    expect(narrow).not.toContain('create');
    expect(narrow).not.toContain('xxx');
    expect(narrow).toContain('a-key');
  });

  test('without a width is whole', () => {
    expect(table(columns, rows)).toContain('x'.repeat(100));
  });
});

describe.skipIf(noTerminal !== undefined)(`at a terminal ${noTerminal ?? ''}`, () => {
  test.each([80, 40])('of %i columns no line of a list is longer', async (width) => {
    const peer = await startPeer({
      settle: () => ({ state: 'rolled_back', reason: 'node_refused', stuck: true }),
    });
    const env = { LOCKSTEP_ENDPOINT: peer.endpoint };
    await runCli(['create', '-'], { env, input: `${WIDE_KEY}\n${'k'.repeat(90)}\n` });
    const { stdout } = await runCliAtTerminal(['list'], { env, columns: width });
    const lines = stdout.trimEnd().split(/\r?\n/);
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(cellsOf(line)).toBeLessThanOrEqual(width);
    // The ids stand under one another, behind the wide key too.
    const ids = lines.slice(1).map((line) => line.slice(0, line.search(/[0-9a-f]{8}-/)));
    expect(new Set(ids.map(cellsOf)).size).toBe(1);
  });
});
