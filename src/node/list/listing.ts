/**
 * What a node holds, by the dialect's list call: counted, page by page, or one page of it for an
 * audit. Not on the hot path.
 *
 * The digest covers the keys in the node's own (ascending) order, so equal digests mean equal keys;
 * two nodes that sort differently would seem to differ, which is why order is part of the contract.
 *
 * A page is a foreign body: it is counted before its members are judged, and judged by hand, for a schema
 * library takes seconds over millions of them (P9). What is wrong is named, never carried on.
 */
import { createHash } from 'node:crypto';
import { compareBytes } from '../../base/byte-order.ts';
import type { NodeStats } from '../../protocol/answer.ts';
import { parseJson } from '../../protocol/bounded-json.ts';
import { CODE_POINTS_MAX, isTooLong } from '../../protocol/group-id.ts';
import { type Dialect, listPath } from '../dialect/dialect.ts';
import type { NodeClient } from '../node-client.ts';
import { NotListed } from './list-call.ts';
import { type OwnStats, ownStats } from './own-stats.ts';

const PAGE_KEYS = 1000;
/** A node that pages for ever is not counted for ever. */
const PAGES_MAX = 10_000;

/** One of `count`, `own` and `error`. */
export interface NodeCount extends NodeStats {
  /** Beside `count`: equal for equal sets of keys. */
  readonly digest?: string;
  /** What it says of the cluster, for want of a list. */
  readonly own?: OwnStats;
}

/** Keys in rising order of their bytes; `more`: there are others behind them. */
export type KeyPage =
  | { readonly keys: readonly string[]; readonly more: boolean }
  /** `isUnlisted`: the node has no list, and never will. */
  | { readonly error: string; readonly isUnlisted?: boolean };

/** One page of what the node holds above `after`; never more than `limit`. */
export async function listKeys(
  client: NodeClient,
  list: NonNullable<Dialect['list']>,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<KeyPage> {
  try {
    const { groups, next } = await readPage(client, list, { after, limit });
    return { keys: groups, more: next !== undefined && groups.length > 0 };
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
  try {
    for (let page = 0; page < PAGES_MAX; page++) {
      const { groups, next } = await readPage(client, list, { after, limit: PAGE_KEYS });
      for (const key of groups) hash.update(`${key.length}:${key}`);
      count += groups.length;
      if (next === undefined) return { count, digest: hash.digest('hex') };
      after = next;
    }
    return { error: `more than ${PAGES_MAX} pages` };
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
    const problem = error instanceof SyntaxError ? 'not understood' : errorText(error);
    return { error: `${why}; ${stats.path}: ${problem}` };
  }
}

interface Page {
  readonly groups: readonly string[];
  readonly next: string | undefined;
}

/** @throws Error that says what is wrong with the page, or why there is none */
async function readPage(
  client: NodeClient,
  list: NonNullable<Dialect['list']>,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<Page> {
  const body: unknown = parseJson(await client.list(listPath(list, after, limit)));
  const { groups, next } = (body ?? {}) as { readonly groups?: unknown; readonly next?: unknown };
  const isNext = next === undefined || typeof next === 'string';
  if (!Array.isArray(groups) || !isNext) throw new SyntaxError('no page');
  if (groups.length > limit) throw new Error('lists more keys than asked for');
  let before = after;
  for (const key of groups as readonly unknown[]) {
    if (typeof key !== 'string') throw new SyntaxError('no key');
    if (isTooLong(key))
      throw new Error(`lists a key of more than ${CODE_POINTS_MAX} characters: ${beginning(key)}`);
    // Merged with the pages of others, keys out of order would seem to be missing.
    if (compareBytes(before, key) >= 0) throw new Error('lists keys out of order');
    before = key;
  }
  return { groups: groups as readonly string[], next };
}

function beginning(key: string): string {
  return JSON.stringify(`${key.slice(0, 30)}…`.toWellFormed());
}

function errorText(error: unknown): string {
  if (error instanceof SyntaxError) return 'not a list of keys';
  return error instanceof Error ? error.message || error.name : String(error);
}
