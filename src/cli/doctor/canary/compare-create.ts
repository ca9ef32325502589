/** Did the dialect understand the create, and did the create make the record of this key? */
import type { Json } from '../../../node/dialect/dialect.ts';
import { foldKey } from '../../../node/dialect/fold.ts';
import { parseJson } from '../../../node/dialect/record.ts';
import { type Finding, fail } from '../finding.ts';
import { type Course, isShown } from './course.ts';
import type { Answered, CanaryNode } from './node.ts';
import { pointersTo } from './pointers.ts';
import { otherKey } from './removal-others.ts';
import { isRead, type Sections, sectionFor } from './rule-for.ts';
import { adviceOn, checkOf, hintOf, proposalOf, replyText, shownKey } from './words.ts';

export function compareCreate(node: CanaryNode, course: Course): Finding | undefined {
  const { create, read } = course;
  if (create === undefined) return undefined;
  const check = checkOf(node);
  if (create.kind === 'silent') {
    return fail(check, `the create failed: ${create.why}`, adviceOn(create));
  }
  const isTaken = isDone(node, create);
  if (!isShown(read)) return isTaken ? unread(node, course, create) : undone(node, create);
  if (isTaken) return undefined;
  const detail = `the create made the record, but create.applied does not name its answer: ${create.words}`;
  const sections = keySection(node, create) ?? sectionFor(create.response, wantedOf(node));
  return fail(check, detail, hintOf(node, create, sections));
}

function isDone({ dialect }: CanaryNode, { reply }: Answered): boolean {
  if (reply.kind === 'unproven') return dialect.create.verify === 'read';
  return reply.kind === 'applied' || reply.kind === 'deferred';
}

function wantedOf({ dialect, key, access }: CanaryNode) {
  const about = { dialect, key, node: access.name };
  return { ...about, call: 'create', member: 'applied', kind: 'applied' } as const;
}

/** The answer names the record in another place than `create.key`. */
function keySection(node: CanaryNode, { reply, response }: Answered): Sections | undefined {
  if (reply.kind !== 'misnamed' && reply.kind !== 'lost') return undefined;
  const { dialect, ...wanted } = wantedOf(node);
  const pointers = [...pointersTo(parseJson(response.body), node.key), null];
  const key = pointers.find((pointer) => {
    const other = { ...dialect, create: { ...dialect.create, key: pointer } };
    return isRead(response, wanted, { dialect: other, kind: 'applied' });
  });
  return key === undefined ? undefined : { create: { key } };
}

/** The node answered that it made the record, but no read shows it. */
function unread(node: CanaryNode, { list, before }: Course, create: Answered): Finding {
  const detail = `the create was answered ${create.words}, but no read shows the record`;
  const strange = [...(list?.keys ?? [])].filter((key) => !before.list?.keys.has(key));
  const lower = node.key.toLowerCase();
  const folded = strange.find((key) => key !== node.key && key.toLowerCase() === lower);
  if (list?.keys.has(node.key) === true) {
    return fail(checkOf(node), detail, 'The list holds the record: correct read.path.');
  }
  if (folded !== undefined) return fail(checkOf(node), detail, foldHint(node, folded));
  const hint = 'Check that create.body names the record, and that read.path leads to it.';
  return fail(checkOf(node), detail, hint);
}

/** Keys that are one record on the node must be one key for every client as well. */
export function foldHint(node: CanaryNode, folded: string): string {
  const isAscii = foldKey(folded, 'ascii-lower') === foldKey(node.key, 'ascii-lower');
  const pattern = folded === node.key.toLowerCase() ? '\\P{Lu}+' : '\\P{Ll}+';
  const keys = isAscii ? { fold: 'ascii-lower' } : { pattern };
  return `The node stores the key as ${folded}. The ${proposalOf(node, { keys })}`;
}

/** No read shows the record, and the answer does not say that it was made. */
function undone(node: CanaryNode, create: Answered): Finding {
  const other = otherKey(node, create);
  if (other === undefined) {
    return fail(checkOf(node), `the create failed: ${replyText(create)}`, adviceOn(create));
  }
  const detail = `the answer to the create of ${node.key} names another record: ${shownKey(node, other)}`;
  const sections = bodySection(node);
  const hint = 'Compare create.body with the API: it may not name the record.';
  return fail(checkOf(node), detail, sections ? `${hint} The ${proposalOf(node, sections)}` : hint);
}

/** The place of the key in the answer is probably its place in the body. */
function bodySection({ dialect }: CanaryNode): Sections | undefined {
  const { key, body } = dialect.create;
  const name = key?.split('/').at(-1)?.replaceAll('~1', '/').replaceAll('~0', '~');
  if (name === undefined || body === null || !('json' in body)) return undefined;
  const members = Object.entries((body.json ?? {}) as Readonly<Record<string, Json>>);
  const others = members.filter(([, value]) => value !== '{key}');
  return { create: { body: { json: { [name]: '{key}', ...Object.fromEntries(others) } } } };
}
