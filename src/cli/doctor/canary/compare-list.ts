/** Does the list hold the record that is there? */
import { parseJson } from '../../../node/dialect/record.ts';
import { type Finding, fail, warn } from '../finding.ts';
import type { Course } from './course.ts';
import type { CanaryNode } from './node.ts';
import { arrayWith } from './pointers.ts';
import { isShown } from './removal.ts';
import { checkOf, proposalOf } from './words.ts';

export function compareList(node: CanaryNode, { read, list }: Course): Finding | undefined {
  if (list === undefined || !isShown(read)) return undefined;
  const { keys, skipped, error, page } = list;
  if (error === undefined && keys.has(node.key)) return skippedFinding(node, skipped);
  const found = error ?? `it holds ${keys.size} keys and not this one`;
  return fail(checkOf(node), `the list: ${found}`, hintFor(node, { error, page }));
}

function skippedFinding(node: CanaryNode, skipped: readonly string[]): Finding | undefined {
  if (skipped.length === 0) return undefined;
  const items = node.redact(skipped.join(' '));
  const hint =
    'Nothing, if they are records that are just being made or deleted; else look at list.key.';
  return warn(checkOf(node), `the list has items without a key, which are skipped: ${items}`, hint);
}

function hintFor(
  node: CanaryNode,
  { error, page }: Pick<NonNullable<Course['list']>, 'error' | 'page'>,
): string {
  const [, bytes] = /an answer of more than (\d+) bytes/.exec(error ?? '') ?? [];
  const propose = (list: object) => `The ${proposalOf(node, { list })}`;
  if (bytes !== undefined) return propose({ bytesMax: 4 * Number(bytes) });
  if (error === 'lists keys out of order') return propose({ sorted: false });
  const place = page === undefined ? undefined : arrayWith(parseJson(page.body), node.key);
  const { list } = node.dialect;
  if (place !== undefined && (place.items !== list?.items || place.key !== list?.key)) {
    return propose(place);
  }
  return 'Do list.path and list.paging fit the API? Without a list: list: null.';
}
