/** What JSON.parse does not say about a text: members that stand twice, and the levels. */

export interface JsonShape {
  readonly isRepeated: boolean;
  readonly levels: number;
}

/** @param text that JSON.parse takes */
export function shapeOf(text: string): JsonShape {
  const open: (Set<string> | undefined)[] = [];
  let levels = 0;
  let isRepeated = false;
  const token = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/gs;
  for (const [found, colon] of text.matchAll(token)) {
    if (found === '{' || found === '[') {
      open.push(found === '{' ? new Set() : undefined);
      levels = Math.max(levels, open.length);
    } else if (found === '}' || found === ']') open.pop();
    else if (colon !== undefined) {
      const name = JSON.parse(found.slice(0, -colon.length)) as string;
      const names = open.at(-1);
      if (names?.has(name)) isRepeated = true;
      names?.add(name);
    }
  }
  return { isRepeated, levels };
}
