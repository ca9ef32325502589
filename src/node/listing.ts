/**
 * Counts what a node holds, by the dialect's list call, page by page. Not on the hot path.
 *
 * The digest covers the keys in the node's own (ascending) order, so equal digests mean equal keys;
 * two nodes that sort differently would seem to differ, which is why order is part of the contract.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { NodeStats } from '../protocol/answer.ts';
import { listPath } from './dialect.ts';
import type { NodeClient } from './node-client.ts';

const PAGE_KEYS = 1000;
/** A node that pages for ever is not counted for ever. */
const PAGES_MAX = 10_000;

const pageSchema = z.object({ groups: z.array(z.string()), next: z.string().optional() });

export interface NodeCount extends NodeStats {
  readonly digest?: string;
}

export async function countKeys(client: NodeClient): Promise<NodeCount> {
  const { list } = client.options.dialect;
  if (list === null)
    return { error: `the ${client.options.dialect.name} dialect has no list call` };
  const hash = createHash('sha256');
  let count = 0;
  let after = '';
  try {
    for (let page = 0; page < PAGES_MAX; page++) {
      const { groups, next } = await readPage(client, listPath(list, after, PAGE_KEYS));
      for (const key of groups) hash.update(`${key.length}:${key}`);
      count += groups.length;
      if (next === undefined) return { count, digest: hash.digest('hex') };
      after = next;
    }
    return { error: `more than ${PAGES_MAX} pages` };
  } catch (error) {
    return { error: tell(error) };
  }
}

async function readPage(client: NodeClient, path: string): Promise<z.output<typeof pageSchema>> {
  const { requestTimeoutMs, dialect, name } = client.options;
  const response = await client.pool.request({
    path: client.basePath + path,
    method: 'GET',
    headers: dialect.nodeHeader ? { node: name } : {},
    signal: AbortSignal.timeout(requestTimeoutMs),
  });
  const body = await response.body.text();
  if (response.statusCode !== 200) throw new Error(`${response.statusCode} ${body.slice(0, 100)}`);
  return pageSchema.parse(JSON.parse(body));
}

function tell(error: unknown): string {
  if (error instanceof z.ZodError || error instanceof SyntaxError) return 'not a list of keys';
  return error instanceof Error ? error.message || error.name : String(error);
}
