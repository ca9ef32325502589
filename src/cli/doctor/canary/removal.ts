/** Takes away what a canary left behind, and tells what could not be, with the call that removes it. */
import { setTimeout as pause } from 'node:timers/promises';
import { valueAt } from '../../../node/dialect/pointer.ts';
import { parseJson } from '../../../node/dialect/record.ts';
import type { Course, Left } from './course.ts';
import type { CanaryNode, Heard } from './node.ts';
import { removalCall } from './removal-call.ts';

/** Reads after a change, until it shows: some nodes are slow to show it. */
const READS_MAX = 10;
const PAUSE_MS = 200;
const DELETES_MAX = 3;
/** Said by who has not seen the end of it. */
const UNDER_WAY: readonly number[] = [202, 502, 504];

/** Whether a read shows a record, whatever the dialect makes of it: before the create, it showed none. */
export function isShown(read: Heard | undefined): boolean {
  if (read?.kind !== 'answered') return false;
  const { status } = read.response;
  return status >= 200 && status < 300 && status !== 202;
}

/** The first read that is so, or the last of a few. */
export async function readUntil(
  node: CanaryNode,
  isEnough: (read: Heard) => boolean,
  stop: AbortSignal,
): Promise<Heard> {
  for (let reads = 1; ; reads++) {
    const read = await node.ask({ kind: 'read' });
    if (isEnough(read) || reads === READS_MAX || stop.aborted) return read;
    await pause(PAUSE_MS, undefined, { signal: stop }).catch(() => undefined);
  }
}

/** Adds to the course what is left, and how it was removed if not by the dialect's delete. */
export async function remove(node: CanaryNode, course: Course, leave: AbortSignal): Promise<void> {
  const creates = [course.create, course.again, course.remade].filter((one) => one !== undefined);
  if (!creates.some(mayHaveActed)) return;
  const own = await removeOwn(node, course, leave);
  const late = creates.some(isUnderWay)
    ? 'a create was not answered to its end, and may still be carried out'
    : undefined;
  const why = own ?? late;
  const key = node.key;
  const left = why === undefined ? [] : [{ key, why, call: removalCall(node, course) }];
  course.left = [...left, ...(await removeOthers(node, course, leave))];
}

function mayHaveActed(create: Heard): boolean {
  return create.kind === 'silent' ? create.isSent : create.response.status < 300;
}

function isUnderWay(create: Heard): boolean {
  if (create.kind === 'silent') return create.isSent;
  return UNDER_WAY.includes(create.response.status);
}

/** Why it may still be there; undefined: it is not. */
async function removeOwn(
  node: CanaryNode,
  course: Course,
  leave: AbortSignal,
): Promise<string | undefined> {
  const wasShown = [course.read, course.reread].some(isShown);
  const isOver = course.remade === undefined && isProvenGone(course.after, course.delete, wasShown);
  if (isOver) return undefined;
  let [read, removed]: (Heard | undefined)[] = [];
  for (let tries = 0; tries < DELETES_MAX; tries++) {
    if (leave.aborted) return 'you left before it was removed';
    removed = await node.ask({ kind: 'delete', guard: course.token });
    const isRefused = removed.kind === 'answered' && removed.response.status >= 400;
    read = await readUntil(node, (one) => isRefused || !isShown(one), leave);
    if (isProvenGone(read, removed, wasShown || isShown(read))) return undefined;
  }
  if (!isShown(read)) return `it can't be seen whether it is there: ${replyText(read)}`;
  course.otherDelete = await node.deleteWhereRead();
  read = await readUntil(node, (one) => !isShown(one), leave);
  if (isProvenGone(read, undefined, true)) return undefined;
  delete course.otherDelete;
  return `the delete was answered ${replyText(removed)}, and a read still shows it`;
}

/** By a read that has shown it before, else by what the delete was answered. */
function isProvenGone(
  read: Heard | undefined,
  removed: Heard | undefined,
  wasShown: boolean,
): boolean {
  if (read?.kind !== 'answered' || read.reply.kind !== 'absent') return false;
  if (wasShown) return true;
  const kind = removed?.kind === 'answered' ? removed.reply.kind : undefined;
  return kind === 'applied' || kind === 'gone';
}

/** Records of other names: such as the answer named and the list did not hold before are ours. */
async function removeOthers(
  node: CanaryNode,
  course: Course,
  leave: AbortSignal,
): Promise<readonly Left[]> {
  const { before, list } = course;
  const isNew = (key: string) => before.list?.error === undefined && !before.list?.keys.has(key);
  const named = [course.create, course.again].flatMap((create) => otherKey(node, create) ?? []);
  const left: Left[] = [];
  for (const key of new Set(named)) {
    const call = removalCall(node, course, key);
    const isOurs = before.list !== undefined && isNew(key);
    if (isOurs && !leave.aborted && (await isRemoved(node, key))) continue;
    left.push({ key, call, why: 'the node made it in place of the one that was asked for' });
  }
  if (isShown(course.read) || before.list === undefined || list === undefined) return left;
  const strange = [...list.keys].filter((key) => isNew(key) && key !== node.key);
  for (const key of strange.filter((one) => !named.includes(one))) {
    const why = 'it is new in the list; if nobody else made it, it is the canary';
    left.push({ key, why, call: removalCall(node, course, key) });
  }
  return left;
}

async function isRemoved(node: CanaryNode, key: string): Promise<boolean> {
  await node.ask({ kind: 'delete' }, key);
  const read = await node.ask({ kind: 'read' }, key);
  return read.kind === 'answered' && read.reply.kind === 'absent';
}

/** The key of another record that the answer says was created. */
export function otherKey(node: CanaryNode, create: Heard | undefined): string | undefined {
  if (create?.kind !== 'answered' || create.reply.kind !== 'misnamed') return undefined;
  const { key } = node.dialect.create;
  const shown = key === null ? undefined : valueAt(parseJson(create.response.body), key);
  return typeof shown === 'string' || typeof shown === 'number' ? String(shown) : undefined;
}

export function replyText(heard: Heard | undefined): string {
  if (heard === undefined) return 'nothing';
  return heard.kind === 'silent' ? heard.why : heard.words;
}
