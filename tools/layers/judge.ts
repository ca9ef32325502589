/** Decides whether the rules allow one import, and gives the reason if not. */

import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import type { Import } from './imports.ts';
import type { Rules } from './rules.ts';

/** One import of `from`, both ends as paths below `src/`. */
export type Edge =
  | FileEdge
  | { readonly kind: 'package'; readonly from: string; readonly name: string }
  | { readonly kind: 'builtin'; readonly from: string; readonly name: string };

interface FileEdge {
  readonly kind: 'file';
  readonly from: string;
  readonly to: string;
  readonly isErased: boolean;
}

export function edgeOf(
  from: string,
  request: string,
  { isErased }: Pick<Import, 'isErased'>,
): Edge {
  if (request.startsWith('.') || request.startsWith('/')) {
    return { kind: 'file', from, to: posix.join(posix.dirname(from), request), isErased };
  }
  if (isBuiltin(request)) return { kind: 'builtin', from, name: request };
  const depth = request.startsWith('@') ? 2 : 1;
  return { kind: 'package', from, name: request.split('/').slice(0, depth).join('/') };
}

/** Undefined if the import is allowed, else the reason against it. */
export function objectionTo(edge: Edge, rules: Rules): string | undefined {
  if (edge.kind === 'file' && !isInSource(edge.to)) return `${edge.to} is outside of src`;
  const isFromEntry = seesEverything(edge.from, rules);
  if (edge.kind === 'file' && matches(edge.to, rules.entries)) {
    if (isFromEntry && edge.isErased) return undefined;
    return `${edge.to} is an entry: to import it is to run it`;
  }
  if (isFromEntry) return undefined;
  const own = layerOf(edge.from);
  const layer = own === undefined ? undefined : rules.layers[own];
  if (own === undefined || layer === undefined) return 'this file belongs to no layer';
  if (edge.kind === 'file') {
    if (layerOf(edge.to) === own || matches(edge.to, layer.targets)) return undefined;
    return `${own} must not import ${edge.to}`;
  }
  if (layer.isPure) return `${own} must not import ${edge.name}: it is pure`;
  return edge.kind === 'package' ? objectionToPackage(edge, rules) : undefined;
}

function objectionToPackage(
  { from, name }: { readonly from: string; readonly name: string },
  { packages }: Rules,
): string | undefined {
  const places = packages[name];
  if (places === undefined) return `${name} has no place in tools/layers/rules.ts`;
  return matches(from, places) ? undefined : `${name} belongs in ${places.join(', ')} alone`;
}

/** The entries and the parts of them that stand in files of their own. */
export function seesEverything(path: string, { entries, composition }: Rules): boolean {
  return matches(path, [...entries, ...composition]);
}

/** The folder in `src/`, undefined for a file directly in it. */
export function layerOf(path: string): string | undefined {
  const slash = path.indexOf('/');
  return slash < 0 ? undefined : path.slice(0, slash);
}

function isInSource(path: string): boolean {
  return !path.startsWith('../') && !path.startsWith('/');
}

export function matches(path: string, globs: readonly string[]): boolean {
  return globs.some((glob) => posix.matchesGlob(path, glob));
}
