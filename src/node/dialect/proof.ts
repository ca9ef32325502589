/**
 * Proofs that a reply is the node's own, and not that of a proxy in its place (P1). A proxy that has lost its route to a
 * node answers 404, or an empty 200, to every request. Without a proof that would look like a record that is gone, or a
 * request that is done.
 */
import type { Expected, Rule } from './dialect.ts';
import { valueAt } from './pointer.ts';
import {
  compareKey,
  isGarbage,
  isMarkup,
  isObjectText,
  type KeyPlace,
  parseJson,
} from './record.ts';

export type HeaderFields = ReadonlyMap<string, readonly string[]>;

export interface Reply {
  readonly status: number;
  readonly body: string;
  /** By name in lower case; absent: none. */
  readonly fields?: HeaderFields | undefined;
}

/** The key and the node that the reply must be about. */
export interface About {
  readonly groupId: string;
  /** The name of the node. */
  readonly node?: string | undefined;
}

/** Whether the rule has a condition besides the status. */
export function isExplicit({ json, text, header }: Rule): boolean {
  return (json ?? text ?? header) !== undefined;
}

/** Whether all that the rule names is there. */
export function meets(rule: Rule, detail: Reply, about: About): boolean {
  const { status, json = {}, text, header = {} } = rule;
  if (!status.includes(detail.status)) return false;
  const isOneOf = (value: unknown, expected: readonly Expected[]) =>
    expected.some((one) => fits(value, one, about));
  if (text !== undefined && !isOneOf(detail.body.trim(), text)) return false;
  for (const name in header) {
    const values = detail.fields?.get(name) ?? [];
    if (!values.some((value) => isOneOf(value, header[name] ?? []))) return false;
  }
  if (rule.json === undefined) return true;
  const value = parseJson(detail.body);
  if (value === undefined) return false;
  for (const pointer in json) {
    if (!isOneOf(valueAt(value, pointer), json[pointer] ?? [])) return false;
  }
  return true;
}

/** Whether the answer proves that the node itself has no record of this key. */
export function provesAbsence(rule: Rule, { body }: Reply): boolean {
  if (isExplicit(rule)) return true;
  return rule.proof === 'none' || (rule.proof === 'words' && hasText(body));
}

/**
 * What a success says: that it is the node's (`proven`), nothing at all (`empty`), that another
 * record was made or deleted (`other`), or what no node says (`strange`).
 */
export function readSuccess(
  rule: Rule,
  body: string,
  { place, groupId }: { place: KeyPlace; groupId: string },
): 'proven' | 'empty' | 'other' | 'strange' {
  if (body.trim() === '') return isExplicit(rule) || rule.proof === 'none' ? 'proven' : 'empty';
  if (isGarbage(body)) return 'strange';
  if (isMarkup(body)) return isExplicit(rule) ? 'proven' : 'strange';
  if (!isObjectText(body)) return 'proven';
  const record = parseJson(body);
  if (record === undefined) return 'strange';
  if (place.key === null) return 'proven';
  const shown = valueAt(record, place.key);
  return shown === undefined ? 'proven' : compareKey(shown, place, groupId);
}

function fits(value: unknown, expected: Expected, { groupId, node = '' }: About): boolean {
  if (typeof expected !== 'string') return value === expected;
  if (typeof value !== 'string') return false;
  // Stars first: the key may hold stars, too.
  const [isOpenBefore, isOpenBehind] = [expected.startsWith('*'), /.\*$/s.test(expected)];
  const pattern = expected.slice(isOpenBefore ? 1 : 0, isOpenBehind ? -1 : undefined);
  const text = pattern.includes('{') ? filled(pattern, groupId, node) : pattern;
  if (isOpenBefore) return isOpenBehind ? value.includes(text) : value.endsWith(text);
  return isOpenBehind ? value.startsWith(text) : value === text;
}

function filled(pattern: string, groupId: string, node: string): string {
  return pattern.replaceAll(/\{(?:key|node)\}/g, (place) => (place === '{key}' ? groupId : node));
}

function hasText(body: string): boolean {
  return body.trim() !== '' && !isMarkup(body) && !isGarbage(body);
}

/** A strong entity tag (RFC 9110, section 8.8.3): `If-Match` never fits a weak one. */
const STRONG_TAG = /^"[\x21\x23-\x7e]{0,200}"$/;

export function isStrongTag(tag: string): boolean {
  return STRONG_TAG.test(tag);
}

/** The tag of a record that a read shows; undefined: it shows none, a weak one, or more than one. */
export function strongTagOf(fields: HeaderFields | undefined): string | undefined {
  const [tag = '', ...others] = fields?.get('etag') ?? [];
  return others.length === 0 && isStrongTag(tag) ? tag : undefined;
}
