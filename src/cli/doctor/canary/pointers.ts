/** Where a key stands in what a node says, as JSON pointers. */

/** The depth of the search, and the most pointers that it returns. */
const DEPTH_MAX = 6;
const POINTERS_MAX = 5;

/** Of all texts that are the key, and of all numbers that are written so. */
export function pointersTo(value: unknown, key: string): readonly string[] {
  const found: string[] = [];
  collect(value, { at: '', depth: 0 }, (member, at) => {
    if (typeof member === 'string' ? member === key : String(member) === key) found.push(at);
    return found.length < POINTERS_MAX;
  });
  return found;
}

/** The text of the node's own that differs from the key only in its letters' case. */
export function foldedKey(value: unknown, key: string): string | undefined {
  let found: string | undefined;
  collect(value, { at: '', depth: 0 }, (member) => {
    if (typeof member !== 'string' || member === key) return true;
    if (member.toLowerCase() === key.toLowerCase()) found = member;
    return found === undefined;
  });
  return found;
}

/** An array of a list's page that holds the key: where it stands, and where the key stands in an item. */
export function arrayWith(
  value: unknown,
  key: string,
  at = '',
): { readonly items: string; readonly key: string } | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) {
      const [pointer] = pointersTo(item, key);
      if (pointer !== undefined) return { items: at, key: pointer };
    }
    return undefined;
  }
  for (const [name, member] of Object.entries(value)) {
    const found = arrayWith(member, key, `${at}/${escaped(name)}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

interface Position {
  readonly at: string;
  readonly depth: number;
}

/** Sees text and numbers until it returns false. */
type See = (member: string | number, at: string) => boolean;

function collect(value: unknown, { at, depth }: Position, see: See): boolean {
  if (typeof value === 'string' || typeof value === 'number') return see(value, at);
  if (typeof value !== 'object' || value === null || depth === DEPTH_MAX) return true;
  return Object.entries(value).every(([name, member]) =>
    collect(member, { at: `${at}/${escaped(name)}`, depth: depth + 1 }, see),
  );
}

export function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
