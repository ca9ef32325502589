/** What the answers to a canary say of the dialect, and what it should say instead. */
import { type Finding, fail, ok, warn } from '../finding.ts';
import { compareCreate } from './compare-create.ts';
import { compareList } from './compare-list.ts';
import { compareRead } from './compare-read.ts';
import type { Before, Course } from './course.ts';
import type { Answered, CanaryNode, Heard } from './node.ts';
import { isShown, replyText } from './removal.ts';
import { sectionFor } from './rule-for.ts';
import { advice, checkOf, proposalOf } from './words.ts';

/** Why nothing may be created there; undefined: it may. */
export function refusal(node: CanaryNode, { read, list }: Before): Finding | undefined {
  const { key } = node;
  const check = checkOf(node);
  if (isShown(read) || list?.keys.has(key) === true) {
    const hint = 'Name a key that nobody uses. Nothing was created on any node.';
    return fail(check, `there is a record with the key ${key} already`, hint);
  }
  if (read.kind === 'answered' && read.reply.kind === 'absent') return undefined;
  const detail = `a read of ${key}, before it is created, was answered ${replyText(read)}: not known to be absent`;
  return fail(check, detail, `${absentHint(node, read)} Nothing was created on any node.`);
}

function absentHint(node: CanaryNode, read: Heard): string {
  if (read.kind === 'silent') return advice(read);
  const { status } = read.response;
  if (status !== 404 && status !== 410 && status !== 400) return advice(read);
  const wanted = { ...about(node), call: 'read', member: 'absent', kind: 'absent' } as const;
  const sections = sectionFor(read.response, wanted);
  const where = 'Does read.path lead to a record, and is it the node that answers, no proxy?';
  return sections === undefined ? where : `${where} Then the ${proposalOf(node, sections)}`;
}

export function compare(node: CanaryNode, course: Course): readonly Finding[] {
  const check = checkOf(node);
  const found = [
    compareCreate(node, course),
    compareRead(node, course),
    compareAgain(node, course),
    compareList(node, course),
    compareDelete(node, course),
    compareGone(node, course),
    compareRemade(node, course),
    ...course.left.map(({ key, why, call }) =>
      fail(check, `the record ${key} may be left behind: ${why}`, `Remove it: ${call}`),
    ),
  ].filter((one) => one !== undefined);
  return found.length > 0 || course.gone === undefined ? found : [ok(check, summary(course))];
}

function summary({ create, read, again, list, delete: removed, gone }: Course): string {
  const status = (heard: Heard | undefined) =>
    heard?.kind === 'answered' ? String(heard.response.status) : 'nothing';
  const listed = list === undefined ? '' : `, listed (among ${list.keys.size})`;
  return (
    `created (${status(create)}), read (${status(read)}), created again (${status(again)})${listed}, ` +
    `deleted (${status(removed)}), deleted again (${status(gone)}): as the dialect says`
  );
}

function about({ dialect, key, access }: CanaryNode) {
  return { dialect, key, node: access.name };
}

function compareAgain(node: CanaryNode, { create, again }: Course): Finding | undefined {
  if (again?.kind !== 'answered' || create?.kind !== 'answered') return undefined;
  const { kind } = again.reply;
  // Who is answered as at first overwrites, or is idempotent: a read before each create tells.
  const isAlike = again.response.status === create.response.status;
  if (kind === 'perhaps' || isAlike) return undefined;
  const detail = `a create of a key that exists was answered ${again.words}, which is not in create.exists`;
  const wanted = { ...about(node), call: 'create', member: 'exists', kind: 'perhaps' } as const;
  const applied = node.dialect.create.applied;
  const exact = applied.some(({ status }) => status.includes(again.response.status));
  const sections = exact ? undefined : sectionFor(again.response, wanted);
  const hint = sections === undefined ? advice(again) : `The ${proposalOf(node, sections)}`;
  return warn(checkOf(node), detail, hint);
}

function compareDelete(node: CanaryNode, course: Course): Finding | undefined {
  const { delete: removed, after, read, otherDelete } = course;
  if (removed === undefined || !isShown(read)) return undefined;
  const check = checkOf(node);
  if (isShown(after)) {
    const detail = `the delete was answered ${replyText(removed)}, and the record is still there`;
    return fail(
      check,
      detail,
      otherHint(node, otherDelete) ?? 'Do delete.path, method and body fit?',
    );
  }
  if (removed.kind === 'silent') return fail(check, `a delete: ${removed.why}`, advice(removed));
  if (removed.reply.kind === 'applied' || removed.reply.kind === 'unproven') return undefined;
  const detail = `a delete that was done was answered ${removed.words}, which is not in delete.applied`;
  const wanted = { ...about(node), call: 'delete', member: 'applied', kind: 'applied' } as const;
  const sections = sectionFor(removed.response, wanted);
  return fail(check, detail, sections ? `The ${proposalOf(node, sections)}` : advice(removed));
}

/** A DELETE at the path of the reads did what the dialect's delete did not. */
function otherHint(node: CanaryNode, other: Heard | undefined): string | undefined {
  if (other?.kind !== 'answered') return undefined;
  const { path } = node.dialect.read;
  const members = { method: 'DELETE', path, body: null, applied: other.response.status };
  return `A DELETE at the path of the reads removed it. The ${proposalOf(node, { delete: members })}`;
}

function compareGone(node: CanaryNode, { delete: removed, gone }: Course): Finding | undefined {
  if (gone?.kind !== 'answered' || removed?.kind !== 'answered') return undefined;
  const isAlike = gone.response.status === removed.response.status;
  if (['gone', 'applied', 'unproven'].includes(gone.reply.kind) || isAlike) return undefined;
  const detail = `a delete of what is not there was answered ${gone.words}, which is not in delete.gone`;
  const wanted = { ...about(node), call: 'delete', member: 'gone', kind: 'gone' } as const;
  const sections = sectionFor(gone.response, wanted);
  const hint = sections === undefined ? advice(gone) : `The ${proposalOf(node, sections)}`;
  return warn(checkOf(node), detail, hint);
}

/** Is the record that a rolled-back delete makes again the one that was? */
function compareRemade(node: CanaryNode, { read, remade, reread }: Course): Finding | undefined {
  if (remade === undefined) return undefined;
  const check = checkOf(node);
  const hint = `The ${proposalOf(node, { delete: { restore: 'template' } })}`;
  if (!isShown(reread)) {
    const detail = `a create with the body that a read showed, as a rollback sends it, was answered ${replyText(remade)}`;
    return fail(check, detail, hint);
  }
  if (bodyOf(read) === bodyOf(reread)) return undefined;
  const detail = 'made again with the body that a read showed, the record is another';
  return warn(check, detail, `A rolled-back delete is not exact. ${hint}`);
}

function bodyOf(read: Heard | undefined): string | undefined {
  return (read as Answered | undefined)?.reply.body;
}
