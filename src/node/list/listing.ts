/**
 * The keys that a node holds, by the dialect's list call: counted page by page, or one page for an audit. Not on the hot
 * path.
 *
 * The digest covers the keys in ascending order, so equal digests mean equal keys. Nodes that list in
 * another order, or not from a key on, are read to their end, and sorted here (`whole-list.ts`).
 */
import { createHash } from 'node:crypto';
import { compareBytes } from '../../base/byte-order.ts';
import type { NodeStats } from '../../protocol/answer.ts';
import type { Dialect } from '../dialect/dialect.ts';
import type { NodeClient } from '../node-client.ts';
import { NotListed } from './list-call.ts';
import {
  assertInTime,
  LIST_PAGES_MAX,
  type Lister,
  readPage,
  SKIPPED_SHOWN_MAX,
} from './list-page.ts';
import { type OwnStats, ownStats } from './own-stats.ts';
import { wholeList } from './whole-list.ts';

const PAGE_KEYS = 1000;

/** One of `count`, `own` and `error`. */
export interface NodeCount extends NodeStats {
  /** Beside `count`: equal for equal sets of keys. */
  readonly digest?: string;
  /** The cluster's own figures, for a node without a list. */
  readonly own?: OwnStats;
}

/** Keys in rising order of their bytes; `more`: there are others behind them. */
export type KeyPage =
  | {
      readonly keys: readonly string[];
      readonly more: boolean;
      /** Items without a key, a few of them; absent: there were none. */
      readonly skipped?: readonly string[];
    }
  /** `isUnlisted`: the node has no list, and never will. */
  | { readonly error: string; readonly isUnlisted?: boolean };

/** One page of what the node holds above `after`; never more than `limit`. */
export async function listKeys(
  client: Lister,
  list: NonNullable<Dialect['list']>,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<KeyPage> {
  try {
    const { keys, more, skipped } = await keysAbove(client, list, { after, limit });
    return { keys, more, ...shownSkipped(skipped) };
  } catch (error) {
    const isUnlisted = error instanceof NotListed && error.isUnlisted;
    return { error: errorText(error), ...(isUnlisted ? { isUnlisted } : {}) };
  }
}

export async function countKeys(client: NodeClient): Promise<NodeCount> {
  const { list } = client.options.dialect;
  if (list === null) {
    return unlisted(client, `the ${client.options.dialect.name} dialect has no list call`);
  }
  const hash = createHash('sha256');
  let count = 0;
  let after = '';
  let skipped: readonly string[] = [];
  const begun = performance.now();
  try {
    for (let page = 0; page < LIST_PAGES_MAX; page++) {
      assertInTime(begun);
      const page = await keysAbove(client, list, { after, limit: PAGE_KEYS });
      const { keys, more, next } = page;
      if (skipped.length === 0) skipped = page.skipped;
      for (const key of keys) hash.update(`${key.length}:${key}`);
      count += keys.length;
      if (!more) return { count, digest: hash.digest('hex'), ...shownSkipped(skipped) };
      after = next ?? keys.at(-1) ?? after;
    }
    return { error: `more than ${LIST_PAGES_MAX} pages` };
  } catch (error) {
    const isUnlisted = error instanceof NotListed && error.isUnlisted;
    return isUnlisted ? unlisted(client, errorText(error)) : { error: errorText(error) };
  }
}

async function unlisted(client: NodeClient, why: string): Promise<NodeCount> {
  const { stats } = client.options.dialect;
  if (stats === null) return { error: why };
  try {
    return { own: await ownStats(client, stats.path) };
  } catch (error) {
    const problem =
      error instanceof SyntaxError ? 'its answer has an unknown form' : errorText(error);
    return { error: `${why}; ${stats.path}: ${problem}` };
  }
}

interface Above {
  readonly keys: readonly string[];
  readonly skipped: readonly string[];
  readonly more: boolean;
  /** The key after which the next page begins, where that is not the last key. */
  readonly next?: string | undefined;
}

/** @throws Error that names the fault of the list, or the reason why there is none */
async function keysAbove(
  client: Lister,
  list: NonNullable<Dialect['list']>,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<Above> {
  const { paging, sorted } = list;
  const { fold } = client.options.dialect.keys;
  // The order of a node's keys is not that of the folded ones.
  if (paging?.by !== 'after' || !sorted || fold !== null)
    return wholeList(client, list, { after, limit });
  const begun = performance.now();
  let from = after;
  for (let page = 0; page < LIST_PAGES_MAX; page++) {
    assertInTime(begun);
    const parameters = { after: from, limit };
    const { keys, skipped, next } = await readPage(client, list, { parameters, after: from });
    // Without a pointer to the next page, only an empty page is the last.
    if (keys.length > 0) {
      return { keys, skipped, more: paging.next === null || next !== undefined, next };
    }
    if (next === undefined || compareBytes(next, from) <= 0) return { keys, skipped, more: false };
    // The node left everything out of this page, and has others behind it.
    from = next;
  }
  throw new Error(`more than ${LIST_PAGES_MAX} pages`);
}

function shownSkipped(skipped: readonly string[]): { readonly skipped?: readonly string[] } {
  return skipped.length === 0 ? {} : { skipped: skipped.slice(0, SKIPPED_SHOWN_MAX) };
}

function errorText(error: unknown): string {
  if (error instanceof SyntaxError) return 'not a list of keys';
  return error instanceof Error ? error.message || error.name : String(error);
}
