/**
 * Reads every file of a project's TypeScript and JavaScript folders. Lists imports in `src/` that
 * break the layer rules, and import cycles in all folders. A survey without a file, or without an
 * import, counts as a fault.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import { findCycles } from './cycles.ts';
import { type Import, readImports } from './imports.ts';
import { type Edge, edgeOf, objectionTo } from './judge.ts';
import type { Rules } from './rules.ts';

const COMPUTED = 'imports a computed name: nobody can check it';
/** Layers apply to the product alone; cycles are faults everywhere. */
const FOLDERS = ['src', 'bench', 'test', 'tools'];

export interface Survey {
  readonly files: number;
  readonly imports: number;
  /** One line each: the place and the fault. */
  readonly faults: readonly string[];
  /** Files below `src/`, and their imports. */
  readonly source: { readonly files: readonly string[]; readonly edges: readonly Edge[] };
}

export function survey(root: string, rules: Rules): Survey {
  const read = FOLDERS.flatMap((folder) => filesOf(root, folder)).map((path) => ({
    path,
    imports: readImports(path, readFileSync(join(root, path), 'utf8')),
  }));
  const source = read
    .filter(({ path }) => path.startsWith('src/'))
    .map(({ path, imports }) => ({ path: path.slice('src/'.length), imports }));
  const edges: Edge[] = [];
  const faults: string[] = [];
  for (const { path: from, imports } of source) {
    for (const each of imports) {
      const edge = each.request === undefined ? undefined : edgeOf(from, each.request, each);
      if (edge !== undefined) edges.push(edge);
      const fault =
        edge === undefined ? COMPUTED : (objectionTo(edge, rules) ?? gap(edge, join(root, 'src')));
      if (fault !== undefined) faults.push(`src/${from}:${each.line} ${fault}`);
    }
  }
  const graph = new Map(read.map(({ path, imports }) => [path, filesImported(path, imports)]));
  for (const cycle of findCycles(graph)) faults.push(`import cycle: ${cycle.join(', ')}`);
  const imports = read.reduce((sum, file) => sum + file.imports.length, 0);
  if (source.length === 0) faults.push(`no source file was found in ${join(root, 'src')}`);
  else if (imports === 0) faults.push(`not one import was read in ${read.length} files`);
  const files = source.map(({ path }) => path);
  return { files: read.length, imports, faults, source: { files, edges } };
}

/** As paths below the root, with `/` on every system. */
function filesOf(root: string, folder: string): readonly string[] {
  return globSync('**/*.{ts,tsx,mts,cts,js,mjs,cjs}', { cwd: join(root, folder) })
    .map((file) => `${folder}/${file.split(sep).join('/')}`)
    .sort();
}

function filesImported(from: string, imports: readonly Import[]): readonly string[] {
  return imports.flatMap(({ request }) =>
    request?.startsWith('.') ? [posix.join(posix.dirname(from), request)] : [],
  );
}

function gap(edge: Edge, source: string): string | undefined {
  if (edge.kind !== 'file' || existsSync(join(source, edge.to))) return undefined;
  return `${edge.to} does not exist`;
}
