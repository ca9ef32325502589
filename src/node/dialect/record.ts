/** Bodies of replies: the record that a read shows, and bodies that no node sends. */
import { parseJson as parseBounded } from '../../protocol/bounded-json.ts';
import { type Fold, foldKey } from './fold.ts';
import { type ShownText, withoutMember } from './members.ts';
import { valueAt } from './pointer.ts';

/** The record as the node showed it, without its owner mark: that travels in a header. */
export interface NodeRecord extends ShownText {
  readonly token?: string;
}

/** The body of a read. */
export interface Shown {
  readonly body: string;
  /** See `Response.bytes`. */
  readonly bytes?: string | undefined;
}

/** What is expected of the key in an answer. */
export interface KeyPlace {
  /** A JSON pointer; null: it is not there. */
  readonly key: string | null;
  readonly type: 'text' | 'number';
  readonly fold: Fold;
}

/** A mark in text: a decimal number, as nodes parse it. */
const DECIMAL = /^-?\d{1,32}(?:\.\d{1,32})?$/;
const GARBAGE = /\uFFFD|[^\P{Cc}\s]/u;

/** The record of this key that a read shows, or undefined if it shows anything else. */
export function parseRecord(
  { body, bytes }: Shown,
  asked: KeyPlace & { readonly groupId: string; readonly mark: string | null },
): NodeRecord | undefined {
  const { key, groupId, mark } = asked;
  if (key === null) return textRecord(body, bytes);
  const record = parseObject(body);
  if (record === undefined || compareKey(valueAt(record, key), asked, groupId) !== 'proven') {
    return undefined;
  }
  const text = textRecord(body, bytes);
  if (mark === null || !Object.hasOwn(record, mark)) return text;
  const token = tokenOf(record[mark]);
  const unmarked = withoutMember(text, mark);
  return token === undefined ? unmarked : { ...unmarked, token };
}

/** Decoding loses bytes that are not UTF-8, and such a record could not be restored. */
function textRecord(body: string, bytes: string | undefined): ShownText {
  if (bytes === undefined || Buffer.from(body).toString('latin1') === bytes) return { body };
  return { body: Buffer.from(bytes, 'latin1').toString('base64'), encoding: 'base64' };
}

/** Whether a shown key is this one, another, or none at all. A node may keep a folded key as it was first written. */
export function compareKey(
  shown: unknown,
  { type, fold }: Omit<KeyPlace, 'key'>,
  groupId: string,
): 'proven' | 'other' | 'strange' {
  if (type === 'text' ? typeof shown !== 'string' : !Number.isSafeInteger(shown)) return 'strange';
  return foldKey(String(shown), fold) === groupId ? 'proven' : 'other';
}

/** No node sends this: bytes that are not UTF-8, and control characters other than white space. */
export function isGarbage(body: string): boolean {
  return GARBAGE.test(body);
}

/** Whether this would be a JSON object, if it is JSON. */
export function isObjectText(body: string): boolean {
  return body.trimStart().startsWith('{');
}

/** By the body alone: the original nodes send their plain `CREATED` as text/html. */
export function isMarkup(body: string): boolean {
  return /^\s*</.test(body);
}

/** Undefined: it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return parseBounded(text);
  } catch {
    // Not JSON, or too costly to read: a reply like any other, and the caller decides.
    return undefined;
  }
}

export function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return value as Readonly<Record<string, unknown>>;
}

/** Shown as a number or as text; digits are kept, so that the node finds the mark equal. */
function tokenOf(shown: unknown): string | undefined {
  if (typeof shown === 'number') return Number.isFinite(shown) ? String(shown) : undefined;
  return typeof shown === 'string' && DECIMAL.test(shown) ? shown : undefined;
}
