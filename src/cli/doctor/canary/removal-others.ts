/**
 * Records that a create may have made under another name than the canary's: Docker, for example, chooses a random name.
 * A record that anybody else may have made is never deleted (P1).
 */
import { foldKey } from '../../../node/dialect/fold.ts';
import { valueAt } from '../../../node/dialect/pointer.ts';
import { parseJson } from '../../../node/dialect/record.ts';
import { type Course, isShown, type Left } from './course.ts';
import type { CanaryNode, Heard, Listed } from './node.ts';
import { removalCall } from './removal-call.ts';
import { keyFault, shownKey } from './words.ts';

/** Others are counted. */
const NAMED_MAX = 10;

/** Removes those that are surely ours. Returns the others, for people to judge. */
export async function removeOthers(
  node: CanaryNode,
  course: Course,
  leave: AbortSignal,
): Promise<readonly Left[]> {
  const creates = [course.create, course.again, course.remade];
  const named = new Set(creates.flatMap((create) => otherKey(node, create) ?? []));
  const isFound = isShown(course.read);
  if (named.size === 0 && isFound) return [];
  const { list: before } = course.before;
  // The list of the trial is older than the record that was made again.
  const known = course.remade === undefined ? course.list : undefined;
  const after = known ?? (before && (await node.list(leave)));
  const isNew = (key: string) => isAdded(key, before, after);
  const left: Left[] = [];
  for (const key of named) {
    // A name that was in use before the create is not of this create's record.
    if (before?.keys.has(key) === true) continue;
    const isOurs = isNew(key) && keyFault(node, key) === undefined;
    if (isOurs && !leave.aborted && (await isRemoved(node, key))) continue;
    left.push(leftOf(node, course, { key, why: 'the answer to a create named it' }));
  }
  if (isFound) return left;
  const strange = [...(after?.keys ?? [])].filter(
    (key) => key !== node.key && !named.has(key) && isNew(key),
  );
  const why = 'it is new in the list';
  for (const key of strange.slice(0, NAMED_MAX)) left.push(leftOf(node, course, { key, why }));
  course.leftUnnamed = Math.max(0, strange.length - NAMED_MAX);
  return left;
}

/** Whether it came between two lists, of which the first is complete. */
function isAdded(key: string, before: Listed | undefined, after: Listed | undefined): boolean {
  if (before === undefined || before.error !== undefined || before.keys.has(key)) return false;
  return after?.keys.has(key) === true;
}

function leftOf(node: CanaryNode, course: Course, { key, why }: Pick<Left, 'key' | 'why'>): Left {
  const shown = shownKey(node, key);
  // A call with a text that is no key, such as an empty one, could delete other records.
  const how =
    shown === key
      ? `remove it: ${removalCall(node, course, key)}`
      : "delete it with the node's own tools.";
  return { key: shown, why, hint: `If nobody else created it, ${how}` };
}

async function isRemoved(node: CanaryNode, key: string): Promise<boolean> {
  await node.ask({ kind: 'delete' }, key);
  const read = await node.ask({ kind: 'read' }, key);
  return read.kind === 'answered' && read.reply.kind === 'absent';
}

/** The key of another record that the answer says was created, folded: any text, not checked. */
export function otherKey(node: CanaryNode, create: Heard | undefined): string | undefined {
  if (create?.kind !== 'answered' || create.reply.kind !== 'misnamed') return undefined;
  const { key } = node.dialect.create;
  const shown = key === null ? undefined : valueAt(parseJson(create.response.body), key);
  if (typeof shown !== 'string' && typeof shown !== 'number') return undefined;
  return foldKey(String(shown), node.dialect.keys.fold);
}
