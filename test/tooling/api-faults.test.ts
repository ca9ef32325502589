/** The table of F1 to F8 in `docs/testing.md` names the tests whose titles name them, and no others. */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const FAULTS = ['F1', 'F2', 'F3', 'F4', 'F5', 'F6', 'F7', 'F8'];

/** By fault the files of the second last column. */
function table(): Readonly<Record<string, readonly string[]>> {
  const page = readFileSync(join(ROOT, 'docs/testing.md'), 'utf8');
  const rows = [...page.matchAll(/^\| (F\d) \|[^|]*\|([^|]*)\|[^|]+\|$/gm)];
  return Object.fromEntries(
    rows.map(([, fault = '', cell = '']) => [
      fault,
      [...cell.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file).sort(),
    ]),
  );
}

/** By fault the files with a title that names it. */
function titles(): Readonly<Record<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  for (const file of globSync(join(ROOT, 'test/node-apis/*.test.ts')).sort()) {
    const text = readFileSync(file, 'utf8');
    // Titles are quoted and cite the promise or the fault first.
    const named = [...text.matchAll(/['"](?:P\d+, )*(F\d)\b/g)].map(([, fault = '']) => fault);
    for (const fault of new Set(named))
      found.set(fault, [...(found.get(fault) ?? []), basename(file)]);
  }
  return Object.fromEntries(found);
}

test('P1: each fault of the trial has a row, and the tests of the row name it', () => {
  expect(Object.keys(table())).toEqual(FAULTS);
  expect(table()).toEqual(titles());
});
