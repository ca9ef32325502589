/** Compares the answers to a canary with the dialect, and proposes corrections of the dialect. */
import { defers } from '../../../node/dialect/dialect.ts';
import { type Finding, fail, ok, warn } from '../finding.ts';
import { compareContent } from './compare-content.ts';
import { compareCreate } from './compare-create.ts';
import { compareList } from './compare-list.ts';
import { compareRead } from './compare-read.ts';
import { type Before, type Course, isShown } from './course.ts';
import type { Answered, CanaryNode, Heard } from './node.ts';
import { sectionFor } from './rule-for.ts';
import { adviceOn, checkOf, hintOf, proposalOf, replyText } from './words.ts';

/** Why no record may be created there; undefined: one may. */
export function refusal(node: CanaryNode, { read, list }: Before): Finding | undefined {
  const { key } = node;
  const check = checkOf(node);
  if (isShown(read) || list?.keys.has(key) === true) {
    const hint =
      'Choose a key that is not in use. Nothing was created on any node. ' +
      'If doctor --try was killed with it before: lockstep delete-one KEY --ensure removes it.';
    return fail(check, `a record with the key ${key} exists`, hint);
  }
  if (read.kind === 'answered' && read.reply.kind === 'absent') return undefined;
  const detail = `the read before the create does not prove that ${key} is absent: ${replyText(read)}`;
  return fail(check, detail, `${absentHint(node, read)} Nothing was created on any node.`);
}

function absentHint(node: CanaryNode, read: Heard): string {
  if (read.kind === 'silent') return adviceOn(read);
  const { status } = read.response;
  if (status !== 404 && status !== 410 && status !== 400) return adviceOn(read);
  const wanted = { ...about(node), call: 'read', member: 'absent', kind: 'absent' } as const;
  const sections = sectionFor(read.response, wanted);
  const where = 'Check that read.path leads to a record, and that the node answers, not a proxy.';
  return sections === undefined ? where : `${where} If so, the ${proposalOf(node, sections)}`;
}

export function compare(node: CanaryNode, course: Course): readonly Finding[] {
  const check = checkOf(node);
  const found = [
    compareCreate(node, course),
    compareRead(node, course),
    ...compareContent(node, course),
    compareAgain(node, course),
    compareList(node, course),
    compareDelete(node, course),
    compareGone(node, course),
    compareRemade(node, course),
    ...course.left.map(({ key, why, hint }) =>
      fail(check, `the record ${key} may be left behind: ${why}`, hint),
    ),
    unnamed(check, course.leftUnnamed),
  ].filter((one) => one !== undefined);
  const last = defers(node.dialect) ? course.after : course.gone;
  return found.length > 0 || last === undefined ? found : [ok(check, summary(course))];
}

function summary({ create, read, again, list, delete: removed, gone, remade }: Course): string {
  const status = (heard: Heard | undefined) =>
    heard?.kind === 'answered' ? String(heard.response.status) : 'nothing';
  const parts = [
    `created (${status(create)})`,
    `read (${status(read)})`,
    ...(again === undefined ? [] : [`created again (${status(again)})`]),
    ...(list === undefined ? [] : [`listed (keys: ${list.keys.size})`]),
    `deleted (${status(removed)})`,
    ...(gone === undefined ? [] : [`deleted again (${status(gone)})`]),
    ...(remade === undefined ? [] : [`restored (${status(remade)})`]),
  ];
  return `${parts.join(', ')}: as the dialect says`;
}

function unnamed(check: string, count = 0): Finding | undefined {
  if (count === 0) return undefined;
  const hint =
    'Many records appeared during the trial. Look for another program that creates them.';
  return fail(check, `${count} more records are new in the list`, hint);
}

function about({ dialect, key, access }: CanaryNode) {
  return { dialect, key, node: access.name };
}

function compareAgain(node: CanaryNode, { create, again }: Course): Finding | undefined {
  if (again?.kind !== 'answered' || create?.kind !== 'answered') return undefined;
  const { kind } = again.reply;
  // The same answer as at first: the node overwrites, or is idempotent. The read before each create covers it.
  const isAlike = again.response.status === create.response.status;
  if (kind === 'perhaps' || isAlike) return undefined;
  const detail = `create.exists does not name the answer to a create of a key that exists: ${again.words}`;
  const wanted = { ...about(node), call: 'create', member: 'exists', kind: 'perhaps' } as const;
  const applied = node.dialect.create.applied;
  const exact = applied.some(({ status }) => status.includes(again.response.status));
  const sections = exact ? undefined : sectionFor(again.response, wanted);
  return warn(checkOf(node), detail, hintOf(node, again, sections));
}

function compareDelete(node: CanaryNode, course: Course): Finding | undefined {
  const { delete: removed, after, read, otherDelete } = course;
  if (removed === undefined || !isShown(read)) return undefined;
  const check = checkOf(node);
  if (isShown(after)) {
    const detail = `the delete was answered ${replyText(removed)}, but the record still exists`;
    const hint = 'Compare delete.path, delete.method and delete.body with the API.';
    return fail(check, detail, otherHint(node, otherDelete) ?? hint);
  }
  if (removed.kind === 'silent') {
    return fail(check, `the delete failed: ${removed.why}`, adviceOn(removed));
  }
  if (['applied', 'unproven', 'deferred'].includes(removed.reply.kind)) return undefined;
  const detail = `the delete removed the record, but delete.applied does not name its answer: ${removed.words}`;
  const wanted = { ...about(node), call: 'delete', member: 'applied', kind: 'applied' } as const;
  const sections = sectionFor(removed.response, wanted);
  return fail(check, detail, hintOf(node, removed, sections));
}

/** A DELETE to `read.path` removed the record, and the dialect's delete did not. */
function otherHint(node: CanaryNode, other: Heard | undefined): string | undefined {
  if (other?.kind !== 'answered') return undefined;
  const { path } = node.dialect.read;
  const members = { method: 'DELETE', path, body: null, applied: other.response.status };
  return `A DELETE to read.path removed the record. The ${proposalOf(node, { delete: members })}`;
}

function compareGone(node: CanaryNode, { delete: removed, gone }: Course): Finding | undefined {
  if (gone?.kind !== 'answered' || removed?.kind !== 'answered') return undefined;
  const isAlike = gone.response.status === removed.response.status;
  if (['gone', 'applied', 'unproven'].includes(gone.reply.kind) || isAlike) return undefined;
  const detail = `delete.gone does not name the answer to a delete of an absent record: ${gone.words}`;
  const wanted = { ...about(node), call: 'delete', member: 'gone', kind: 'gone' } as const;
  const sections = sectionFor(gone.response, wanted);
  return warn(checkOf(node), detail, hintOf(node, gone, sections));
}

/** Is the record that a rolled-back delete creates again equal to the original? */
function compareRemade(node: CanaryNode, { read, remade, reread }: Course): Finding | undefined {
  if (remade === undefined) return undefined;
  const check = checkOf(node);
  const proposal = proposalOf(node, { delete: { restore: 'template' } });
  const isExact = node.dialect.delete.restore === 'exact';
  if (!isShown(reread)) {
    const detail = `the create that a rollback sends, with the body of a read, failed: ${replyText(remade)}`;
    const mapping =
      'Correct delete.restore: name the members that a create takes. If there are none, the';
    return fail(check, detail, `${isExact ? 'The' : mapping} ${proposal}`);
  }
  // A mapping promises the members, not their bytes: PowerDNS, for one, raises the serial of a zone.
  if (!isExact || bodyOf(read) === bodyOf(reread)) return undefined;
  const detail =
    'the record that a rollback creates from the body of a read differs from the original';
  return warn(check, detail, `A rolled-back delete does not restore it exactly. The ${proposal}`);
}

function bodyOf(read: Heard | undefined): string | undefined {
  return (read as Answered | undefined)?.reply.body;
}
