/**
 * Reads every source file below `src/` of a project and lists what breaks the layer rules.
 * A survey that found no file, or not one import, is a broken survey: it counts as a fault.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { findCycles } from './cycles.ts';
import { readImports } from './imports.ts';
import { type Edge, edgeOf, objectionTo } from './judge.ts';
import type { Rules } from './rules.ts';

const COMPUTED = 'imports a computed name: nobody can check it';

export interface Survey {
  readonly files: number;
  readonly imports: number;
  /** One line each: where, and what is wrong. */
  readonly faults: readonly string[];
}

export function survey(root: string, rules: Rules): Survey {
  const source = join(root, 'src');
  const files = globSync('**/*.{ts,mts,cts,js,mjs,cjs}', { cwd: source })
    .map((file) => file.split(sep).join('/'))
    .sort();
  const graph = new Map<string, string[]>();
  const faults: string[] = [];
  let imports = 0;
  for (const from of files) {
    const targets: string[] = [];
    graph.set(from, targets);
    for (const each of readImports(from, readFileSync(join(source, from), 'utf8'))) {
      imports += 1;
      const edge = each.request === undefined ? undefined : edgeOf(from, each.request, each);
      if (edge?.kind === 'file') targets.push(edge.to);
      const fault = edge === undefined ? COMPUTED : (objectionTo(edge, rules) ?? gap(edge, source));
      if (fault !== undefined) faults.push(`src/${from}:${each.line} ${fault}`);
    }
  }
  for (const cycle of findCycles(graph)) faults.push(`import cycle: ${cycle.join(', ')}`);
  if (files.length === 0) faults.push(`no source file was found in ${source}`);
  else if (imports === 0) faults.push(`not one import was read in ${files.length} files`);
  return { files: files.length, imports, faults };
}

function gap(edge: Edge, source: string): string | undefined {
  if (edge.kind !== 'file' || existsSync(join(source, edge.to))) return undefined;
  return `${edge.to} does not exist`;
}
