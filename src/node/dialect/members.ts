/**
 * Members of a JSON object, taken out or set. The others stay byte by byte as they were written: a double would lose
 * digits, and not all nodes write UTF-8.
 */
import { membersOf } from '../../protocol/record/json-text.ts';

/** A record as a node showed it. */
export interface ShownText {
  readonly body: string;
  /** `body` is base64 of bytes that are not UTF-8. */
  readonly encoding?: 'base64';
}

/** @param shown a JSON object; of a member that it has twice the last one stays */
export function mapMembers(
  { body, encoding }: ShownText,
  isKept: (name: string) => boolean,
  set: Readonly<Record<string, unknown>> = {},
): ShownText {
  if (encoding === undefined) return { body: mapText(body, isKept, set) };
  // One byte a character: what makes it JSON is ASCII.
  const bytes = Buffer.from(body, encoding).toString('latin1');
  const mapped = mapText(bytes, (name) => isKept(fromBytes(name)), set);
  return { body: Buffer.from(mapped, 'latin1').toString(encoding), encoding };
}

export function withoutMember(shown: ShownText, member: string): ShownText {
  return mapMembers(shown, (name) => name !== member);
}

function mapText(
  text: string,
  isKept: (name: string) => boolean,
  set: Readonly<Record<string, unknown>>,
): string {
  const members: string[] = [];
  for (const [name, { nameFrom, to }] of membersOf(text, 0)) {
    if (isKept(name) && !Object.hasOwn(set, name)) members.push(text.slice(nameFrom, to));
  }
  for (const [name, value] of Object.entries(set)) members.push(`${ascii(name)}:${ascii(value)}`);
  return `{${members.join(',')}}`;
}

/** JSON that is the same in bytes and in characters. */
function ascii(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function fromBytes(name: string): string {
  return Buffer.from(name, 'latin1').toString('utf8');
}
