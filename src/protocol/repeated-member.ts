/**
 * Members that an object of a JSON text names twice. JSON.parse takes the last one in silence, another reader of
 * the same text perhaps the first: who checked the one has not checked the other.
 */
import { endOfString } from './bounded-json.ts';

/** The name of the first such member. `text` is JSON, `value` what it was parsed to. */
export function repeatedMember(text: string, value: unknown): string | undefined {
  // Each member was written with a colon: where none is left over, no member was lost.
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

function search(text: string): string | undefined {
  const open: Set<string>[] = [];
  let last = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '{') open.push(new Set());
    else if (char === '}') open.pop();
    else if (char === '"') {
      const end = endOfString(text, at);
      last = text.slice(at, end + 1);
      at = end;
    } else if (char === ':') {
      const name: string = JSON.parse(last);
      const names = open.at(-1);
      if (names?.has(name)) return name;
      names?.add(name);
    }
  }
  return undefined;
}
