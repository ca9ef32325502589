/** Bodies of nodes: the record that a read shows, and what is no word of a node. */
import { parseJson } from '../../protocol/bounded-json.ts';

export interface NodeRecord {
  /** The record as JSON text, without its owner mark: that travels in a header. */
  readonly body: string;
  readonly token: string | undefined;
}

/** A mark in text: a decimal number, as nodes parse it. */
const DECIMAL = /^-?\d{1,32}(?:\.\d{1,32})?$/;
const GARBAGE = /\uFFFD|[^\P{Cc}\s]/u;

/** The record of this key that a read shows, or undefined if it shows anything else. */
export function parseRecord(
  text: string,
  { groupId, tokenMember }: { groupId: string; tokenMember: string | null },
): NodeRecord | undefined {
  const record = parseObject(text);
  if (record === undefined || record['groupId'] !== groupId) return undefined;
  if (tokenMember === null || !Object.hasOwn(record, tokenMember)) {
    return { body: text.trim(), token: undefined };
  }
  const { [tokenMember]: shown, ...rest } = record;
  return { body: JSON.stringify(rest), token: tokenOf(shown) };
}

/** What no node says: bytes that are not UTF-8, and control characters other than white space. */
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

export function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = parseJson(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return value as Readonly<Record<string, unknown>>;
  } catch {
    // Not JSON, or too costly to read: an answer like any other, and the caller's to judge.
    return undefined;
  }
}

/** Shown as a number or as text; digits are kept, so that the node finds the mark equal. */
function tokenOf(shown: unknown): string | undefined {
  if (typeof shown === 'number') return Number.isFinite(shown) ? String(shown) : undefined;
  return typeof shown === 'string' && DECIMAL.test(shown) ? shown : undefined;
}
