/** Does the list hold the record that exists? */
import { parseJson } from '../../../node/dialect/record.ts';
import { type Finding, fail, warn } from '../finding.ts';
import { type Course, isShown } from './course.ts';
import type { CanaryNode } from './node.ts';
import { arrayWith } from './pointers.ts';
import { checkOf, exceededBytes, proposalOf } from './words.ts';

/** The greatest `list.bytesMax` that the configuration allows. */
const LIST_BYTES_LIMIT = 64 * 1024 * 1024;

export function compareList(node: CanaryNode, { read, list }: Course): Finding | undefined {
  if (list === undefined || !isShown(read)) return undefined;
  const { keys, skipped, error, page } = list;
  if (error === undefined && keys.has(node.key)) return skippedFinding(node, skipped);
  const detail =
    error === undefined
      ? `the list holds ${keys.size} keys, but not this one`
      : `the list cannot be used: ${error}`;
  return fail(checkOf(node), detail, hintFor(node, { error, page }));
}

function skippedFinding(node: CanaryNode, skipped: readonly string[]): Finding | undefined {
  if (skipped.length === 0) return undefined;
  const items = node.redact(skipped.join(' '));
  const hint =
    'Records that are just being created or deleted may have no key. If these are others, correct list.key.';
  return warn(checkOf(node), `the list has items without a key, which are skipped: ${items}`, hint);
}

function hintFor(
  node: CanaryNode,
  { error, page }: Pick<NonNullable<Course['list']>, 'error' | 'page'>,
): string {
  const bytes = exceededBytes(error);
  const propose = (list: object) => `The ${proposalOf(node, { list })}`;
  if (bytes !== undefined && bytes < LIST_BYTES_LIMIT) {
    return propose({ bytesMax: Math.min(4 * bytes, LIST_BYTES_LIMIT) });
  }
  if (error === 'lists keys out of order') return propose({ sorted: false });
  const place = page === undefined ? undefined : arrayWith(parseJson(page.body), node.key);
  const { list } = node.dialect;
  if (place !== undefined && (place.items !== list?.items || place.key !== list?.key)) {
    return propose(place);
  }
  return 'Compare list.path and list.paging with the API. If the API has no list: list: null.';
}
