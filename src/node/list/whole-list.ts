/**
 * The list of a node that cannot list its keys in order from a given key on: read to its end, sorted, and kept while an
 * audit walks through it. Bounded in keys, pages and time (P9).
 */
import { compareBytes } from '../../base/byte-order.ts';
import type { ListCall } from '../dialect/dialect.ts';
import { foldKey } from '../dialect/fold.ts';
import {
  assertInTime,
  LIST_PAGES_MAX,
  type Lister,
  listPath,
  type PageAsked,
  readPage,
  SKIPPED_SHOWN_MAX,
} from './list-page.ts';

const PAGE_KEYS = 1000;
const KEYS_MAX = 200_000;
/** A walk that takes longer reads the list again. */
const KEPT_MS = 60_000;

interface Whole {
  readonly keys: readonly string[];
  readonly skipped: readonly string[];
}

interface Kept extends Whole {
  readonly readAt: number;
}

const kept = new WeakMap<Lister, Kept>();

/** @throws Error that names the fault of the list, or the reason why there is none */
export async function wholeList(
  client: Lister,
  list: ListCall,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<Whole & { readonly more: boolean }> {
  const now = performance.now();
  const before = kept.get(client);
  const isFresh = after !== '' && before !== undefined && now - before.readAt < KEPT_MS;
  const { keys, skipped } = isFresh ? before : await readAll(client, list);
  if (!isFresh) kept.set(client, { keys, skipped, readAt: now });
  const from = indexAbove(keys, after);
  const more = from + limit < keys.length;
  if (!more) kept.delete(client);
  return { keys: keys.slice(from, from + limit), skipped, more };
}

/** How many of these sorted keys are not above `after`: a walk through 200,000 keys asks two hundred times. */
function indexAbove(keys: readonly string[], after: string): number {
  if (after === '') return 0;
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareBytes(keys[middle] ?? '', after) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

async function readAll(client: Lister, list: ListCall): Promise<Whole> {
  const { fold } = client.options.dialect.keys;
  const keys = new Set<string>();
  const skipped: string[] = [];
  const begun = performance.now();
  let asked: PageAsked | undefined = first(list);
  for (let page = 0; asked !== undefined; page++) {
    if (page === LIST_PAGES_MAX) throw new Error(`more than ${LIST_PAGES_MAX} pages`);
    assertInTime(begun);
    const before = keys.size;
    const { keys: read, skipped: without, next } = await readPage(client, list, asked);
    skipped.push(...without.slice(0, SKIPPED_SHOWN_MAX - skipped.length));
    for (const key of read) keys.add(foldKey(key, fold));
    if (keys.size > KEYS_MAX) throw new Error(`lists more than ${KEYS_MAX} keys`);
    const isStill = keys.size === before;
    asked = following(client, list, { asked, read, next, seen: keys.size });
    if (isStill && read.length > 0 && asked !== undefined)
      throw new Error('lists the same page again');
  }
  return { keys: [...keys].sort(compareBytes), skipped };
}

function first({ paging }: ListCall): PageAsked {
  const limit = PAGE_KEYS;
  if (paging === null) return { parameters: { limit }, keysMax: KEYS_MAX };
  if (paging.by === 'page') return { parameters: { limit, page: paging.first } };
  return { parameters: { limit, offset: 0, after: '', cursor: '' } };
}

interface Turned {
  readonly asked: PageAsked;
  readonly read: readonly string[];
  readonly next: string | undefined;
  /** Keys so far. */
  readonly seen: number;
}

/** The request for the next page; undefined: this page was the last. */
function following(
  client: Lister,
  { paging, path }: ListCall,
  { asked, read, next, seen }: Turned,
): PageAsked | undefined {
  const limit = PAGE_KEYS;
  switch (paging?.by) {
    case 'page':
      if (read.length === 0) return undefined;
      return { parameters: { limit, page: (asked.parameters.page ?? 0) + 1 } };
    case 'offset':
      return read.length === 0 ? undefined : { parameters: { limit, offset: seen } };
    case 'cursor':
      return next === undefined ? undefined : { parameters: { limit, cursor: next } };
    case 'after': {
      const isLast = paging.next === null ? read.length === 0 : next === undefined;
      return isLast ? undefined : { parameters: { limit, after: next ?? read.at(-1) ?? '' } };
    }
    case 'link':
      if (next === undefined) return undefined;
      return {
        parameters: { limit },
        path: linkedPath(client, next, listPath({ path }, { limit })),
      };
    default:
      return undefined;
  }
}

/** Only a page of the same node: its secrets go to no other server. */
function linkedPath(client: Lister, target: string, path: string): string {
  const base = new URL(client.options.url);
  const here = new URL(base.pathname.replace(/\/+$/, '') + path, base);
  const url = URL.canParse(target, here.href) ? new URL(target, here) : undefined;
  const prefix = base.pathname.replace(/\/+$/, '');
  if (url?.origin !== base.origin || !url.pathname.startsWith(`${prefix}/`)) {
    throw new Error('names a next page outside of this node');
  }
  return url.pathname.slice(prefix.length) + url.search;
}
