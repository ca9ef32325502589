/** The files of this project that people write, and the texts in them. */
import { globSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { parseSync } from 'oxc-parser';
import { PROJECT } from './temp-project.ts';

/** Folders of people's files; the others are made by programs. */
const FOLDERS = ['bench', 'bin', 'docs', 'examples', 'src', 'supervisor', 'test', 'tools'];
const OF_THE_ROOT = '{*,.ci/*,.editorconfig,.oxlintrc.json}';

/** By path from the root, with `/` on every system. */
export const FILES: readonly string[] = [
  ...globSync(OF_THE_ROOT, { cwd: PROJECT, exclude: ['node_modules', 'dist', 'data', 'coverage'] }),
  ...FOLDERS.flatMap((folder) =>
    globSync('**/*', { cwd: join(PROJECT, folder) }).map((file) => join(folder, file)),
  ),
]
  .map((file) => file.split(sep).join('/'))
  .filter((file) => /\.\w+$|^bin\/|^\.ci\/|^Dockerfile$|^LICENSE$/.test(file))
  .sort();

export const PAGES: readonly string[] = FILES.filter((file) => file.endsWith('.md'));
export const PROGRAMS: readonly string[] = FILES.filter((file) => /\.[cm]?[jt]sx?$/.test(file));

export function read(path: string): string {
  return readFileSync(join(PROJECT, path), 'utf8');
}

/** All comments of a program, each with the line on which it begins. */
export function commentsOf(
  path: string,
): readonly { readonly line: number; readonly text: string }[] {
  const text = read(path);
  return parseSync(path, text).comments.map(({ start, value }) => ({
    line: text.slice(0, start).split('\n').length,
    text: value,
  }));
}

/** The fragments of a page's headings, as GitHub makes them. */
export function fragmentsOf(page: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [, heading = ''] of withoutCode(read(page)).matchAll(/^#{1,6} (.+)$/gm)) {
    const plain = heading.toLowerCase().replaceAll(/[^\p{L}\p{N}_ -]/gu, '');
    const fragment = plain.replaceAll(' ', '-');
    let unique = fragment;
    for (let n = 1; found.has(unique); n++) unique = `${fragment}-${n}`;
    found.add(unique);
  }
  return found;
}

/** Blocks of code become empty lines, so that lines keep their numbers. */
export function withoutCode(page: string): string {
  return page.replaceAll(/^```[^\n]*\n[\s\S]*?^```$/gm, (block) => block.replaceAll(/[^\n]+/g, ''));
}
