/**
 * docs/architecture.md: the files to start with exist and are few, and the table of layers agrees
 * with the rules.
 */
import { describe, expect, it } from 'vitest';
import { RULES } from '../../tools/layers/rules.ts';
import { FILES, read } from './repository.ts';

const PAGE = read('docs/architecture.md');
/** The largest number of files to read, by the first words of the question. */
const AT_MOST = [
  ['How does a create', 16],
  ['How is a call retried', 4],
  ['How is a command rolled back', 9],
  ['When does a breaker', 7],
  ['How does the daemon stop', 8],
  ['How does an audit', 7],
] as const;
const QUESTIONS = sectionOf('Where to start reading').map(([question = '', files = '']) => ({
  question,
  files: [...files.matchAll(/`([^`]+)`/g)].map(([, file]) => `src/${file}`),
}));

it('no folder of src has more than 16 files', () => {
  const counts = new Map<string, number>();
  for (const file of FILES.filter((name) => name.startsWith('src/'))) {
    const folder = file.slice(0, file.lastIndexOf('/'));
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  expect([...counts].filter(([, count]) => count > 16)).toEqual([]);
});

describe('where to start reading', () => {
  it.each(QUESTIONS)('$question names files that exist and have a header', ({ files }) => {
    expect(files.filter((file) => !FILES.includes(file))).toEqual([]);
    expect(files.filter((file) => !read(file).startsWith('/**'))).toEqual([]);
  });

  it.each(AT_MOST)('%s … needs at most %i files', (start, most) => {
    const found = QUESTIONS.find(({ question }) => question.startsWith(start));
    expect(found?.files.length).toBeLessThanOrEqual(most);
  });
});

describe('the table of layers', () => {
  const rows = sectionOf('Layout and layers').map(([folder = '', , targets = '']) => ({
    layer: /^`src\/(\w+)`$/.exec(folder)?.[1],
    targets: targets.split(/[,;] | for /),
  }));

  it('has every layer', () => {
    const shown = rows.flatMap(({ layer }) => (layer === undefined ? [] : [layer]));
    expect(shown.toSorted()).toEqual(Object.keys(RULES.layers).toSorted());
  });

  it.each(Object.entries(RULES.layers))('says what %s may import', (name, { targets }) => {
    const row = rows.find(({ layer }) => layer === name);
    const granted = targets.filter((glob) => glob.endsWith('/**') && glob.split('/').length === 2);
    const whole = granted.map((glob) => glob.slice(0, -'/**'.length));
    const shown = row?.targets.filter((target) => target in RULES.layers) ?? [];
    expect(shown.toSorted()).toEqual(whole.toSorted());
  });
});

/** The rows of the first table of a section, as their cells. */
function sectionOf(heading: string): readonly (readonly string[])[] {
  const [, section = ''] = PAGE.split(`\n## ${heading}\n`);
  const [table = ''] = (section.split('\n## ')[0] ?? '').match(/^\|(?:.*\n\|)+.*$/m) ?? [];
  const rows = table.split('\n').map((row) => row.split('|').map((cell) => cell.trim()));
  return rows.slice(2).map((cells) => cells.slice(1, -1));
}
