/** Grants of the rules that no import uses. */
import { type Edge, layerOf, matches, seesEverything } from './judge.ts';
import type { Rules } from './rules.ts';

/**
 * One line for each unused grant.
 *
 * @param files all files, as paths below `src/`
 * @param edges all their imports
 */
export function unusedGrants(
  { files, edges }: { readonly files: readonly string[]; readonly edges: readonly Edge[] },
  rules: Rules,
): readonly string[] {
  const bound = edges.filter(({ from }) => !seesEverything(from, rules));
  const layers = Object.entries(rules.layers).flatMap(([layer, { targets }]) => {
    const own = bound.filter(({ from }) => layerOf(from) === layer);
    return targets
      .filter((glob) => !own.some((edge) => edge.kind === 'file' && crosses(edge, glob)))
      .map((glob) => `${layer} may import ${glob}, and does not`);
  });
  const packages = Object.entries(rules.packages).flatMap(([name, places]) => {
    const uses = bound.filter((edge) => edge.kind === 'package' && edge.name === name);
    return places
      .filter((glob) => !uses.some(({ from }) => matches(from, [glob])))
      .map((glob) => `${glob} may import ${name}, and does not`);
  });
  const absent = [
    ...Object.keys(rules.layers).map((layer) => `${layer}/**`),
    ...rules.entries,
    ...rules.composition,
  ]
    .filter((glob) => !files.some((file) => matches(file, [glob])))
    .map((glob) => `no file is ${glob}`);
  return [...layers, ...packages, ...absent].map((line) => `tools/layers/rules.ts: ${line}`);
}

function crosses({ from, to }: { readonly from: string; readonly to: string }, glob: string) {
  return layerOf(from) !== layerOf(to) && matches(to, [glob]);
}
