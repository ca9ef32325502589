/**
 * One page of a node's list.
 *
 * The content of a page is not trusted: its members are counted before they are checked, and checked by hand, since a
 * schema library takes seconds for millions of them (P9). A wrong page is an error that names the reason.
 */

import { compareBytes } from '../../base/byte-order.ts';
import { JSON_VALUES_MAX, parseJson } from '../../protocol/bounded-json.ts';
import { CODE_POINTS_MAX, isTooLong } from '../../protocol/group-id.ts';
import type { ListCall } from '../dialect/dialect.ts';
import { valueAt } from '../dialect/pointer.ts';
import type { NodeClient } from '../node-client.ts';

/** Who is asked for pages. */
export type Lister = Pick<NodeClient, 'list' | 'options'>;

/** A node that sends pages without end is given up. */
export const LIST_PAGES_MAX = 10_000;
/** The longest that pages are read, ms: nobody waits for a list any longer, and each audit would begin another. */
const LIST_MS_MAX = 58_000;

export interface PageParameters {
  readonly limit: number;
  readonly after?: string;
  readonly page?: number;
  readonly offset?: number;
  readonly cursor?: string;
}

/** Items without a key that are shown. */
export const SKIPPED_SHOWN_MAX = 3;

export interface Page {
  readonly keys: readonly string[];
  /** Items without a key: at most `SKIPPED_SHOWN_MAX`, each cut to 100 characters. */
  readonly skipped: readonly string[];
  /** The page's reference to the next one. */
  readonly next: string | undefined;
}

/** The path of one page. */
export function listPath({ path }: Pick<ListCall, 'path'>, parameters: PageParameters): string {
  return path.replaceAll(/\{(after|limit|page|offset|cursor)\}/g, (_, name: keyof PageParameters) =>
    encodeURIComponent(String(parameters[name] ?? '')),
  );
}

export interface PageAsked {
  readonly parameters: PageParameters;
  /** For a sorted list: all keys must be above this one. */
  readonly after?: string;
  /** A path that the node named, instead of the dialect's. */
  readonly path?: string | undefined;
  /** The most keys that the page may hold; by default the requested limit. */
  readonly keysMax?: number;
}

/** @throws Error if a list that has been read since `begun` takes too long; `begun`: of `performance.now()` */
export function assertInTime(begun: number): void {
  if (performance.now() - begun <= LIST_MS_MAX) return;
  throw new Error(`its list takes longer than ${LIST_MS_MAX / 1000} s`);
}

/** Members of an item that lists a key, at most: an item is a key, or an object that names it. */
const MEMBERS_MAX = 20;

/** @throws Error that names the fault of the page, or the reason why there is none */
export async function readPage(
  client: Lister,
  list: ListCall,
  { parameters, after, path, keysMax = parameters.limit }: PageAsked,
): Promise<Page> {
  const { body: text, fields } = await client.list(
    path ?? listPath(list, parameters),
    list.bytesMax,
  );
  const body: unknown = parseJson(text, Math.max(JSON_VALUES_MAX, keysMax * MEMBERS_MAX));
  const items = valueAt(body, list.items);
  if (!Array.isArray(items)) throw new SyntaxError('no page');
  if (items.length > keysMax) throw new Error('lists more keys than asked for');
  const { type } = client.options.dialect.record;
  const all = (items as readonly unknown[]).map((item) => ({ item, key: valueAt(item, list.key) }));
  const named = all.filter(({ key }) => isKey(key));
  // Some nodes list what they are just making. But without any key it is the pointer that is wrong.
  if (named.length === 0 && items.length > 0) throw new Error(`lists no key at "${list.key}"`);
  const keys = named.map(({ key }) => keyOf(key, type));
  const unnamed = all.filter(({ key }) => !isKey(key)).slice(0, SKIPPED_SHOWN_MAX);
  const skipped = unnamed.map(({ item }) => itemText(item));
  // Pages of several nodes are merged: a key out of order would look like a missing one.
  if (after !== undefined && !rise(after, keys)) throw new Error('lists keys out of order');
  return { keys, skipped, next: nextOf(list, body, fields.get('link') ?? []) };
}

function keyOf(key: unknown, type: 'text' | 'number'): string {
  if (type === 'number' && Number.isSafeInteger(key)) return String(key);
  if (type === 'number' || typeof key !== 'string') throw new SyntaxError('no key');
  if (!isTooLong(key)) return key;
  throw new Error(`lists a key of more than ${CODE_POINTS_MAX} characters: ${beginning(key)}`);
}

function rise(after: string, keys: readonly string[]): boolean {
  let before = after;
  for (const key of keys) {
    if (compareBytes(before, key) >= 0) return false;
    before = key;
  }
  return true;
}

function nextOf({ paging }: ListCall, body: unknown, links: readonly string[]): string | undefined {
  if (paging?.by === 'link') return linkedNext(links);
  if (paging === null || !('next' in paging) || paging.next === null) return undefined;
  const next = valueAt(body, paging.next);
  if (next === undefined || next === null || next === '') return undefined;
  if (typeof next === 'string') return next;
  if (typeof next === 'number' && Number.isSafeInteger(next)) return String(next);
  throw new SyntaxError('no next page');
}

/** The target of `<…>; rel="next"` (RFC 8288). */
function linkedNext(links: readonly string[]): string | undefined {
  const next = /<([^<>]*)>[^<,]*;\s*rel="?next"?(?:[\s;,]|$)/i;
  return links.map((link) => next.exec(link)?.[1]).find((target) => target !== undefined);
}

function isKey(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function itemText(item: unknown): string {
  return String(JSON.stringify(item)).slice(0, 100).toWellFormed();
}

function beginning(key: string): string {
  return JSON.stringify(`${key.slice(0, 30)}…`.toWellFormed());
}
