/**
 * Places in a JSON text: `JSON.parse` keeps values, not how they were written. The text must be JSON already.
 */
import { endOfString } from '../bounded-json.ts';

const SPACE = /[\t\n\r ]*/y;
/** A number, `true`, `false` or `null`. */
const SCALAR = /[^\t\n\r ,\]}]*/y;

/** The value of a member or an element: `text.slice(from, to)`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A member begins with its name. */
export interface MemberSpan extends Span {
  readonly nameFrom: number;
}

/** The members of the object that begins at or after `from`, by name; of equal names the last. */
export function membersOf(text: string, from: number): ReadonlyMap<string, MemberSpan> {
  const members = new Map<string, MemberSpan>();
  let at = skipSpace(text, skipSpace(text, from) + 1);
  while (text[at] === '"') {
    const nameEnd = endOfString(text, at) + 1;
    const name: string = JSON.parse(text.slice(at, nameEnd));
    // Behind the name stands a colon.
    const start = skipSpace(text, skipSpace(text, nameEnd) + 1);
    const to = endOfValue(text, start);
    members.set(name, { nameFrom: at, from: start, to });
    at = afterComma(text, to);
  }
  return members;
}

/** The elements of the array that begins at or after `from`. */
export function elementsOf(text: string, from: number): readonly Span[] {
  const elements: Span[] = [];
  let at = skipSpace(text, skipSpace(text, from) + 1);
  while (text[at] !== ']') {
    const to = endOfValue(text, at);
    elements.push({ from: at, to });
    at = afterComma(text, to);
  }
  return elements;
}

export function skipSpace(text: string, from: number): number {
  return endOfMatch(SPACE, text, from);
}

/** Where the number, `true`, `false` or `null` at `from` ends. */
export function endOfScalar(text: string, from: number): number {
  return endOfMatch(SCALAR, text, from);
}

function afterComma(text: string, from: number): number {
  const at = skipSpace(text, from);
  return text[at] === ',' ? skipSpace(text, at + 1) : at;
}

function endOfValue(text: string, from: number): number {
  const first = text[from];
  if (first === '"') return endOfString(text, from) + 1;
  if (first !== '{' && first !== '[') return endOfScalar(text, from);
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (char === '"') at = endOfString(text, at);
    else if (char === '{' || char === '[') depth++;
    else if ((char === '}' || char === ']') && --depth === 0) return at + 1;
  }
  return text.length;
}

function endOfMatch(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  pattern.test(text);
  return pattern.lastIndex;
}
