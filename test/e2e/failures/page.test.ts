/** The table of failures and its tests agree. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { failureRows } from './page.ts';

function testedNames(): readonly string[] {
  return readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
    .flatMap((text) =>
      [...text.matchAll(/^ *failure\(\s*'([^']+)'/gm)].map(([, name]) => name ?? ''),
    );
}

test('every row of docs/operate/troubleshoot.md has a test of its name, and every test a row', () => {
  const rows = failureRows().map(({ name }) => name);
  expect(rows.length).toBeGreaterThan(10);
  expect(testedNames().toSorted()).toEqual(rows.toSorted());
});

test('every row quotes what is seen, and is well again no sooner than it is seen', () => {
  for (const { name, shows, seenMs, wellMs } of failureRows()) {
    expect(shows, name).not.toEqual([]);
    expect(wellMs, name).toBeGreaterThanOrEqual(seenMs);
  }
});

test('a row without a time is an error, and so is one with a cell too many', () => {
  const page = (row: string) => `## Failures\n\n| a |\n|---|\n${row}\n\n## Next\n`;
  expect(failureRows(page('| x | `y` | 2 s | by itself | 1 min, or so |'))).toEqual([
    { name: 'x', shows: ['y'], seenMs: 2000, wellMs: 60_000 },
  ]);
  expect(() => failureRows(page('| x | `y` | soon | by itself | 1 s |'))).toThrow('no time');
  expect(() => failureRows(page('| x | `y` | 2 s | by | itself | 1 s |'))).toThrow('5 cells');
});
