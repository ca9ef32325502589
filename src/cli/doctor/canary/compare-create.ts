/** Was the create understood, and did it make the record that was asked for? */
import type { Json } from '../../../node/dialect/dialect.ts';
import { parseJson } from '../../../node/dialect/record.ts';
import { type Finding, fail } from '../finding.ts';
import type { Course } from './course.ts';
import type { Answered, CanaryNode } from './node.ts';
import { pointersTo } from './pointers.ts';
import { isShown, otherKey, replyText } from './removal.ts';
import { isRead, type Sections, sectionFor } from './rule-for.ts';
import { advice, checkOf, proposalOf } from './words.ts';

export function compareCreate(node: CanaryNode, course: Course): Finding | undefined {
  const { create, read } = course;
  if (create === undefined) return undefined;
  const check = checkOf(node);
  if (create.kind === 'silent') return fail(check, `a create: ${create.why}`, advice(create));
  const isTaken = isDone(node, create);
  if (!isShown(read)) return isTaken ? unread(node, course, create) : undone(node, create);
  if (isTaken) return undefined;
  const detail = `a create that was done was answered ${create.words}, which is not in create.applied`;
  const sections = keySection(node, create) ?? sectionFor(create.response, wantedOf(node));
  return fail(check, detail, sections ? `The ${proposalOf(node, sections)}` : advice(create));
}

function isDone({ dialect }: CanaryNode, { reply }: Answered): boolean {
  return (
    reply.kind === 'applied' || (reply.kind === 'unproven' && dialect.create.verify === 'read')
  );
}

function wantedOf({ dialect, key, access }: CanaryNode) {
  const about = { dialect, key, node: access.name };
  return { ...about, call: 'create', member: 'applied', kind: 'applied' } as const;
}

/** The answer names the record, elsewhere than the dialect says. */
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

/** It was answered as done, and no read shows it. */
function unread(node: CanaryNode, { list, before }: Course, create: Answered): Finding {
  const detail = `a create was answered ${create.words}, and no read shows the record`;
  const strange = [...(list?.keys ?? [])].filter((key) => !before.list?.keys.has(key));
  const lower = node.key.toLowerCase();
  const folded = strange.find((key) => key !== node.key && key.toLowerCase() === lower);
  if (list?.keys.has(node.key) === true) {
    return fail(checkOf(node), detail, 'The list holds it: read.path does not lead to it.');
  }
  if (folded !== undefined) return fail(checkOf(node), detail, foldHint(node, folded));
  const hint = 'Does create.body say which record it is, and read.path lead to it?';
  return fail(checkOf(node), detail, hint);
}

/** Keys that the node takes for one must be one to whoever asks as well. */
export function foldHint(node: CanaryNode, folded: string): string {
  const pattern = folded === node.key.toLowerCase() ? '[^A-Z]+' : '[^a-z]+';
  return `The node calls it ${folded}. The ${proposalOf(node, { keys: { pattern } })}`;
}

/** No read shows it, and it was not answered as done either. */
function undone(node: CanaryNode, create: Answered): Finding {
  const other = otherKey(node, create);
  if (other === undefined) {
    return fail(checkOf(node), `a create was answered ${replyText(create)}`, advice(create));
  }
  const detail = `asked to create ${node.key}, the node made the record ${other}`;
  const sections = bodySection(node);
  const hint = 'create.body does not name the record as the API wants it.';
  return fail(checkOf(node), detail, sections ? `${hint} The ${proposalOf(node, sections)}` : hint);
}

/** The answer shows which member holds the key. */
function bodySection({ dialect }: CanaryNode): Sections | undefined {
  const { key, body } = dialect.create;
  const name = key?.split('/').at(-1)?.replaceAll('~1', '/').replaceAll('~0', '~');
  if (name === undefined || body === null || !('json' in body)) return undefined;
  const members = Object.entries((body.json ?? {}) as Readonly<Record<string, Json>>);
  const others = members.filter(([, value]) => value !== '{key}');
  return { create: { body: { json: { [name]: '{key}', ...Object.fromEntries(others) } } } };
}
