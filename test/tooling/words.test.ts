/** Words that were given up do not come back as names in src. */
import { describe, expect, it } from 'vitest';
import { names, namesIn } from '../../tools/words/occurrences.ts';
import { BANNED, PHRASES, type Word } from '../../tools/words/words.ts';
import { PAGES, PROGRAMS, read, withoutCode } from './repository.ts';

const SOURCE = PROGRAMS.filter((path) => /^(src|bench)\//.test(path)).map((path) => ({
  path,
  names: namesIn(path, read(path)),
}));

/** As `file:line name`. */
function occurrencesOf(word: Word): readonly string[] {
  return SOURCE.filter(({ path }) => path.startsWith(word.within ?? 'src/')).flatMap((file) =>
    file.names
      .filter(({ text }) => names(text, word))
      .map(({ text, line }) => `${file.path}:${line} ${text}`),
  );
}

/** Not in plain English yet, or about the phrases themselves. */
const NOT_PLAIN = /^docs\/(decisions|notebook)\/|^docs\/style\.md$/;

describe('pages', () => {
  it.each(PAGES.filter((page) => !NOT_PLAIN.test(page)))('%s does without old phrases', (page) => {
    const lines = withoutCode(read(page)).split('\n');
    const found = PHRASES.flatMap(({ old, now }) =>
      lines.flatMap((line, index) =>
        new RegExp(`\\b${old}\\b`, 'i').test(line) ? [`${page}:${index + 1} ${old}: ${now}`] : [],
      ),
    );
    expect(found).toEqual([]);
  });
});

describe('words', () => {
  it.each(BANNED)('$old is no longer a name: $now', (word) => {
    expect(occurrencesOf(word)).toEqual([]);
  });

  it('stand in the list once', () => {
    const all = BANNED.map(({ old, within }) => `${within} ${old}`);
    expect(all).toEqual([...new Set(all)]);
  });

  it.each([
    ['const courier = 1;', 'courier'],
    ['class SyslogCourier {}', 'SyslogCourier'],
    ['class A { #openCourier = 1; }', 'openCourier'],
    ["const a = { kind: 'courier' };", 'courier'],
    ['const COURIER_MS = 1;', 'COURIER_MS'],
    ['type A = B<CourierOptions>;', 'CourierOptions'],
  ])('are found as a part of a name: %s', (source, found) => {
    const all = namesIn('src/observe/a.ts', source).filter(({ text }) =>
      names(text, { old: 'courier', as: 'part' }),
    );
    expect(all).toEqual([{ text: found, line: 1 }]);
  });

  it('are found in the path of a file, and not in comments and sentences', () => {
    const source = "// the courier\nconst a = 'no courier came';";
    const all = namesIn('src/observe/courier-queue.ts', source).filter(({ text }) =>
      names(text, { old: 'courier', as: 'part' }),
    );
    expect(all).toEqual([{ text: 'courier-queue', line: 0 }]);
  });
});
