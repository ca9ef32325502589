/**
 * Members that an object of a JSON text has twice. JSON.parse silently takes the last one, another
 * reader of the same text perhaps the first: a check of one value says nothing about the other.
 */
import { endOfString } from '../bounded-json.ts';

/** The path of the first such member. `text` is JSON, `value` what it was parsed to. */
export function repeatedMember(
  text: string,
  value: unknown,
): readonly (string | number)[] | undefined {
  // Each member was written with a colon: if no colon is left over, no member was lost.
  return countOfColons(text) === countOfMembers(value) ? undefined : search(text);
}

function countOfColons(text: string): number {
  let count = 0;
  for (let at = text.indexOf(':'); at !== -1; at = text.indexOf(':', at + 1)) count++;
  return count;
}

function countOfMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const parts = Object.values(value);
  const own = Array.isArray(value) ? 0 : parts.length;
  return parts.reduce<number>((count, part) => count + countOfMembers(part), own);
}

/** An object or an array that is not closed yet. */
interface Level {
  /** Of an object: the names of its members so far. */
  readonly names: Set<string> | undefined;
  /** The member or element that is read. */
  at: string | number;
}

function search(text: string): readonly (string | number)[] | undefined {
  const levels: Level[] = [];
  let last = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    const level = levels.at(-1);
    if (char === '{') levels.push({ names: new Set(), at: '' });
    else if (char === '[') levels.push({ names: undefined, at: 0 });
    else if (char === '}' || char === ']') levels.pop();
    else if (char === ',' && typeof level?.at === 'number') level.at++;
    else if (char === '"') {
      const end = endOfString(text, at);
      last = text.slice(at, end + 1);
      at = end;
    } else if (char === ':' && level !== undefined) {
      const name: string = JSON.parse(last);
      level.at = name;
      if (level.names?.has(name)) return levels.map((open) => open.at);
      level.names?.add(name);
    }
  }
  return undefined;
}
