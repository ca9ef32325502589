/** Each word of the glossary is used by the file it names; each has one meaning. */
import { describe, expect, it } from 'vitest';
import { FILES, read } from './repository.ts';

const ROWS = [...read('docs/glossary.md').matchAll(/^\| (?!word|-)(.+) \| (.+) \| (.+) \|$/gm)].map(
  ([, words = '', meaning = '', file = '']) => ({
    words: words.split(', '),
    meaning,
    file: file.replaceAll('`', ''),
  }),
);

describe('the glossary', () => {
  it('is read', () => {
    expect(ROWS.length).toBeGreaterThan(50);
  });

  it.each(ROWS)('$words: the file that it names exists and uses the word', ({ words, file }) => {
    expect(FILES).toContain(file);
    expect(words.filter((word) => !uses(read(file), word))).toEqual([]);
  });

  it.each(ROWS)('$words: has one sentence', ({ meaning }) => {
    expect(meaning).toMatch(/^[A-Z][^.]*\.$/);
  });

  it('has each word once', () => {
    const all = ROWS.flatMap(({ words }) => words);
    expect(all).toEqual([...new Set(all)]);
  });
});

function uses(source: string, word: string): boolean {
  const parts = word.split(/[\s_-]|(?<=[a-z])(?=[A-Z])/);
  const within = parts.map((part) => part[0]?.toUpperCase() + part.slice(1)).join('');
  return new RegExp(`\\b_*${parts.join('[\\s_-]*')}`, 'i').test(source) || source.includes(within);
}
