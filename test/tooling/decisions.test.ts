/** Every decision has its parts, a number of its own, and a line in the index. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT } from './temp-project.ts';

const FOLDER = join(PROJECT, 'docs/decisions');
const FILES = globSync('[0-9]*.md', { cwd: FOLDER }).sort();
const INDEX = readFileSync(join(FOLDER, 'README.md'), 'utf8');
const HEAD = /^# (\d{3}) (\S.*)\n\n- Date: (\d{4}-\d\d-\d\d)\n- Status: (.+)\n\n## Context\n/;

function headOf(file: string) {
  const [, number, title, date, status] = HEAD.exec(textOf(file)) ?? [];
  return { number, title, date, status };
}

function textOf(file: string): string {
  return readFileSync(join(FOLDER, file), 'utf8');
}

describe('decisions', () => {
  it.each(FILES)('%s has number, title, date and status', (file) => {
    const { number, date, status } = headOf(file);
    expect(number).toBe(file.slice(0, 3));
    expect(new Date(`${date}T00:00:00Z`).toISOString().slice(0, 10)).toBe(date);
    expect(status).toMatch(/^(proposed|accepted|superseded by \[(\d{3})\]\(\2-[a-z-]+\.md\))$/);
  });

  it.each(FILES)(
    '%s has context, decision and consequences, in this order and none empty',
    (file) => {
      const [, ...parts] = textOf(file).split(/^## /m);
      expect(parts.map((part) => part.split('\n')[0])).toEqual([
        'Context',
        'Decision',
        'Consequences',
      ]);
      for (const part of parts) expect(part.split('\n').slice(1).join('').trim()).not.toBe('');
    },
  );

  it('are all in the index, as they are titled, dated and judged', () => {
    const lines = FILES.map((file) => {
      const { number, title, date, status } = headOf(file);
      return `| [${number}](${file}) | ${title} | ${date} | ${status} |`;
    });
    expect(INDEX.split('\n').filter((line) => line.startsWith('| ['))).toEqual(lines);
  });

  it('have numbers that no other decision has', () => {
    const numbers = FILES.map((file) => file.slice(0, 3));
    expect(numbers).toEqual([...new Set(numbers)]);
  });
});
