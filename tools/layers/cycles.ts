/** Import cycles between files: the strongly connected parts of the graph, by Tarjan's method. */

/** File to the files it imports. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/** Each cycle as the sorted list of files in it; a file that imports itself counts. */
export function findCycles(graph: Graph): readonly (readonly string[])[] {
  const search: Search = { graph, stack: [], low: new Map(), open: new Set(), cycles: [] };
  for (const file of graph.keys()) if (!search.low.has(file)) explore(file, search);
  return search.cycles;
}

interface Search {
  readonly graph: Graph;
  readonly stack: string[];
  /** The earliest file on the stack that each visited file reaches, by order of visit. */
  readonly low: Map<string, number>;
  readonly open: Set<string>;
  readonly cycles: string[][];
}

/** As deep as the longest chain of imports, which stays far from the limit of the call stack. */
function explore(file: string, search: Search): number {
  const order = search.low.size;
  let low = order;
  search.low.set(file, order);
  search.stack.push(file);
  search.open.add(file);
  for (const next of search.graph.get(file) ?? []) {
    const seen = search.low.get(next);
    if (seen === undefined) low = Math.min(low, explore(next, search));
    else if (search.open.has(next)) low = Math.min(low, seen);
  }
  search.low.set(file, low);
  if (low === order) close(file, search);
  return low;
}

/** Takes the part that `root` heads off the stack. */
function close(root: string, { graph, stack, open, cycles }: Search): void {
  const part = stack.splice(stack.indexOf(root));
  for (const file of part) open.delete(file);
  if (part.length > 1 || graph.get(root)?.includes(root)) cycles.push(part.sort());
}
