/** Removes the records that a canary left behind, and reports those that it cannot remove. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Course, isShown, type Left } from './course.ts';
import type { CanaryNode, Heard } from './node.ts';
import { removalCall } from './removal-call.ts';
import { removeOthers } from './removal-others.ts';
import { replyText } from './words.ts';

/** Reads after a change, until it shows: some nodes are slow to show it. */
const READS_MAX = 10;
const PAUSE_MS = 200;
const DELETES_MAX = 3;
/** The node, or a proxy before it, may not have finished the request. */
const UNDER_WAY: readonly number[] = [202, 502, 504];

/** The first read that is enough, or the last of a few. */
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

/** Adds to the course the records that are left, and how a record was removed if not by the dialect's delete. */
export async function remove(node: CanaryNode, course: Course, leave: AbortSignal): Promise<void> {
  const creates = [course.create, course.again, course.remade].filter((one) => one !== undefined);
  if (!creates.some(mayHaveActed)) return;
  // The dialect knows this answer, and a read showed that the node has acted.
  const isKnown = (create: Heard) => create.kind === 'answered' && create.reply.kind === 'deferred';
  const isLate = creates.some(
    (create) => isUnderWay(create) && !(isKnown(create) && isShown(course.read)),
  );
  const own = (await removeOwn(node, course, leave)) ?? (isLate ? { why: LATE } : undefined);
  const { key } = node;
  const hint = `Remove it: ${removalCall(node, course)}`;
  const left = own === undefined ? [] : [{ key, hint, ...own }];
  course.left = [...left, ...(await removeOthers(node, course, leave))];
}

const LATE = 'the node did not answer a create completely, and may still carry it out';

function mayHaveActed(create: Heard): boolean {
  return create.kind === 'silent' ? create.isSent : create.response.status < 300;
}

function isUnderWay(create: Heard): boolean {
  if (create.kind === 'silent') return create.isSent;
  return UNDER_WAY.includes(create.response.status);
}

/** Why it may still exist; undefined: it does not. */
async function removeOwn(
  node: CanaryNode,
  course: Course,
  leave: AbortSignal,
): Promise<(Pick<Left, 'why'> & Partial<Left>) | undefined> {
  const wasShown = [course.read, course.reread].some(isShown);
  const isOver = course.remade === undefined && isProvenGone(course.after, course.delete, wasShown);
  if (isOver) return undefined;
  let [read, removed]: (Heard | undefined)[] = [];
  for (let tries = 0; tries < DELETES_MAX; tries++) {
    if (leave.aborted) return { why: 'a second Ctrl-C came before it was removed' };
    removed = await node.ask({ kind: 'delete', guard: course.token });
    const isRefused = removed.kind === 'answered' && removed.response.status >= 400;
    read = await readUntil(node, (one) => isRefused || !isShown(one), leave);
    if (isProvenGone(read, removed, wasShown || isShown(read))) return undefined;
  }
  if (!isShown(read)) return { why: `no read proves that it is absent: ${replyText(read)}` };
  const why = `the delete was answered ${replyText(removed)}, and a read still shows it`;
  if (!isKeyInPath(node)) return { why, hint: byHand(node) };
  course.otherDelete = await node.deleteWhereRead();
  read = await readUntil(node, (one) => !isShown(one), leave);
  if (isProvenGone(read, undefined, true)) return undefined;
  delete course.otherDelete;
  return { why };
}

/** A server may ignore a query: a DELETE of `/users?id=KEY` may then delete all users. */
function isKeyInPath({ dialect }: CanaryNode): boolean {
  const [path = ''] = dialect.read.path.split(/[?#]/);
  return path.includes('{key}');
}

function byHand({ dialect, key }: CanaryNode): string {
  return (
    `doctor sends no DELETE to read.path (${dialect.read.path}), which names the key only in its query. ` +
    `Delete the record ${key} with the tools of the node, and correct the delete call of the dialect.`
  );
}

/** By a read that has shown it before, else by the answer to the delete. */
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
