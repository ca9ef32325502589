/**
 * The course of one canary on one node: created, read, created again, listed, deleted, deleted again, and
 * created once more from the body of its read where the dialect promises that. All answers are kept and
 * compared with the dialect afterwards (`compare.ts`).
 *
 * At every end, also by Ctrl-C, its records are removed or reported (`removal.ts`).
 */
import type { NodeRequest } from '../../../core/model.ts';
import { TokenSource } from '../../../core/token.ts';
import { defers } from '../../../node/dialect/dialect.ts';
import { type Before, type Course, isShown } from './course.ts';
import type { CanaryNode } from './node.ts';
import { readUntil, remove } from './removal.ts';

export interface Signals {
  /** Ends the course; its records are still removed. */
  readonly stop: AbortSignal;
  /** Ends the removal as well. */
  readonly leave: AbortSignal;
}

export async function lookBefore(node: CanaryNode, stop: AbortSignal): Promise<Before> {
  const read = await node.ask({ kind: 'read' });
  return { read, list: await node.list(stop) };
}

export async function run(node: CanaryNode, before: Before, signals: Signals): Promise<Course> {
  const token = new TokenSource(0).next(Date.now());
  const course: Course = { before, token, left: [] };
  try {
    await walk(node, course, signals.stop);
  } catch (fault) {
    course.fault = fault;
  }
  await remove(node, course, signals.leave);
  return course;
}

async function walk(node: CanaryNode, course: Course, stop: AbortSignal): Promise<void> {
  const { token } = course;
  const create: NodeRequest = { kind: 'create', token };
  const remove: NodeRequest = { kind: 'delete', guard: token };
  if (stop.aborted) return;
  course.create = await node.ask(create);
  course.read = await readUntil(node, isShown, stop);
  if (stop.aborted) return;
  // A node that acts later (202) could carry a second create out after the canary is gone.
  const actsLater = defers(node.dialect);
  if (isShown(course.read) && !actsLater) course.again = await node.ask(create);
  course.list = await node.list(stop);
  if (stop.aborted) return;
  course.delete = await node.ask(remove);
  const isRefused = course.delete.kind === 'answered' && course.delete.response.status >= 400;
  course.after = await readUntil(node, (read) => isRefused || !isShown(read), stop);
  if (stop.aborted || !isShown(course.read) || isShown(course.after) || actsLater) return;
  course.gone = await node.ask(remove);
  await remake(node, course, stop);
}

/** Creates the record in the way in which the rollback of a delete does. */
async function remake(node: CanaryNode, course: Course, stop: AbortSignal): Promise<void> {
  const { read, token } = course;
  const { restore } = node.dialect.delete;
  if (restore === 'template' || restore === 'none' || stop.aborted) return;
  if (read?.kind !== 'answered' || read.reply.body === undefined) return;
  const { body, encoding } = read.reply;
  const record = encoding === undefined ? { body } : { body, encoding };
  course.remade = await node.ask({ kind: 'create', token, ...record });
  course.reread = await readUntil(node, isShown, stop);
}
