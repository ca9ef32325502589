/**
 * Whether a record that a read shows has the content that a command wants: by the mapping of the dialect, in the
 * canonical form of RFC 8785. A node may add members of its own.
 */
import { createHash } from 'node:crypto';
import { isExact } from '../../../protocol/record/check-record.ts';
import { canonicalJson, type JsonObject } from '../../../protocol/record/record.ts';
import type { RecordContent } from '../dialect.ts';
import { valueAt } from '../pointer.ts';
import { parseJson } from '../record.ts';

/** The content that is wanted. */
export interface Wanted {
  /** The text of the record, and its digest. */
  readonly record: string;
  readonly digest: string;
  /** The body of the create that makes it. */
  readonly sent: () => string;
}

/** @param shown the body of the reply; @param content null: presence alone counts */
export function isOtherContent(
  shown: string,
  content: RecordContent,
  wanted: Omit<Wanted, 'digest'>,
): boolean {
  return otherParts(shown, content, wanted).length > 0;
}

/** The parts that differ: `record` for all of it, `record.NAME` for a member. */
export function otherParts(
  shown: string,
  content: RecordContent,
  { record, sent }: Omit<Wanted, 'digest'>,
): readonly string[] {
  if (content === null) return [];
  const whole = (isOther: boolean) => (isOther ? ['record'] : []);
  if (content === 'text') return whole(shown !== sent());
  const found = parseShown(shown);
  const wanted = JSON.parse(record) as JsonObject;
  if (typeof content === 'string') return whole(!isSame(valueAt(found, content), wanted));
  return Object.entries(content).flatMap(([name, pointer]) => {
    const isEqual = !Object.hasOwn(wanted, name) || isSame(valueAt(found, pointer), wanted[name]);
    return isEqual ? [] : [`record.${name}`];
  });
}

/**
 * SHA-256 of the content that a read shows, by the same mapping: equal for equal contents.
 * @param shown characters; of a body that is not UTF-8 its bytes, one a character, as decoding makes different ones alike
 * @param isBytes which of them it is
 */
export function contentDigest(
  shown: string,
  content: RecordContent,
  isBytes: boolean,
): string | undefined {
  if (content === null) return undefined;
  // What is no JSON, or too costly to read, is compared as a text.
  const found = content === 'text' ? shown : (parseShown(shown) ?? null);
  if (found === null) return createHash('sha256').update(`text ${shown}`).digest('hex');
  const partAt = (pointer: string) =>
    valueAt(found, isBytes ? Buffer.from(pointer).toString('latin1') : pointer);
  const parts =
    typeof content === 'string'
      ? [content === 'text' ? found : partAt(content)]
      : Object.values(content).map(partAt);
  const text = parts.map((part) => (part === undefined ? '' : canonicalJson(part))).join('\n');
  return createHash('sha256').update(text).digest('hex');
}

function isSame(one: unknown, other: unknown): boolean {
  return one !== undefined && canonicalJson(one) === canonicalJson(other);
}

/** A double may not hold such a number exactly: of more than 15 digits, or far from 1. */
const LONG_NUMBER = /[\d.]{16}|\d[eE][-+]?\d{3}/;

/** Numbers that a double does not hold are kept as they are written: two of them may become equal by parsing. */
function parseShown(shown: string): unknown {
  const value = parseJson(shown);
  if (value === undefined || !LONG_NUMBER.test(shown)) return value;
  return JSON.parse(shown, (_name, member: unknown, { source = '' }: { source?: string } = {}) =>
    typeof member === 'number' && !isExact(source) ? { 'number beyond a double': source } : member,
  );
}
