/**
 * Links to files and headings have targets: those of pages, and names of files in comments and
 * pages.
 */
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  commentsOf,
  FILES,
  fragmentsOf,
  PAGES,
  PROGRAMS,
  read,
  withoutCode,
} from './repository.ts';
import { PROJECT } from './temp-project.ts';

/** Names that are no file of this project: made at run time, or a pattern. */
const ELSEWHERE = /^(dist|data|node_modules)\/|^Node\.js$|^(docs\/decisions\/)?NNN-/;
const FILE_NAME =
  /(?<![\w/.*{}$-])((?:\.{1,2}\/)*[\w-]+(?:[/.][\w-]+)*\.(?:ts|mts|mjs|cjs|js|md|sh|py))(#[\w-]+)?(?![\w*])/g;

describe('links of pages', () => {
  it.each(PAGES)('%s links to files and headings that exist', (page) => {
    const links = [...withoutCode(read(page)).matchAll(/\]\((?!https?:|mailto:)([^)\s]*)\)/g)];
    const dead = links
      .filter(([, link = '']) => !leadsSomewhere(link, page))
      .map(([, link]) => link);
    expect(dead).toEqual([]);
  });
});

describe('names of files', () => {
  it.each(PAGES)('in %s are names of files that exist', (page) => {
    expect(deadNames(withoutCode(read(page)))).toEqual([]);
  });

  it('in comments are names of files that exist', () => {
    const dead = PROGRAMS.flatMap((program) =>
      commentsOf(program).flatMap(({ line, text }) =>
        deadNames(text).map((name) => `${program}:${line} ${name}`),
      ),
    );
    expect(dead).toEqual([]);
  });
});

describe('the check of links', () => {
  it.each([
    ['docs/testing.md', true],
    ['docs/absent.md', false],
    ['testing.md#rules', true],
    ['docs/testing.md#no-such-heading', false],
    ['no-such-file.ts', false],
  ])('finds in a comment that names %s: %s', (name, exists) => {
    expect(deadNames(`see ${name}, please`)).toEqual(exists ? [] : [name]);
  });

  it.each([
    ['testing.md', true],
    ['../README.md', true],
    ['testing.md#rules', true],
    ['#words', false],
    ['absent.md', false],
    ['testing.md#absent', false],
  ])('finds in a page a link to %s: %s', (link, exists) => {
    expect(leadsSomewhere(link, 'docs/protocol.md')).toBe(exists);
  });
});

function leadsSomewhere(link: string, page: string): boolean {
  const [path = '', fragment] = link.split('#');
  const target = path === '' ? page : posix.join(posix.dirname(page), path);
  if (!existsSync(join(PROJECT, target))) return false;
  return fragment === undefined || fragmentsOf(target).has(fragment);
}

/** A name may be the end of a path: `core/breaker/breaker.ts`. */
function deadNames(text: string): readonly string[] {
  return [...text.matchAll(FILE_NAME)].flatMap(([whole, name = '', fragment]) => {
    const end = name.replace(/^(\.{1,2}\/)+/, '');
    if (ELSEWHERE.test(end)) return [];
    const found = FILES.filter((file) => file === end || file.endsWith(`/${end}`));
    if (found.length === 0) return [whole];
    if (fragment === undefined) return [];
    return found.some((file) => fragmentsOf(file).has(fragment.slice(1))) ? [] : [whole];
  });
}
