/** Does a read show the content with which the record was created? By `record.content` of the dialect. */
import { otherParts } from '../../../node/dialect/content/record-content.ts';
import { compileBody } from '../../../node/dialect/template.ts';
import { type Finding, fail, warn } from '../finding.ts';
import { type Course, isShown } from './course.ts';
import type { Answered, CanaryNode, Heard } from './node.ts';
import { escaped } from './pointers.ts';
import { checkOf, proposalOf } from './words.ts';

export function compareContent(
  node: CanaryNode,
  { read, reread }: Pick<Course, 'read' | 'reread'>,
): readonly Finding[] {
  const found = [
    differing(node, read, 'create'),
    differing(node, reread, 'create that a rollback sends'),
    uncompared(node, read),
  ];
  return found.filter((one) => one !== undefined);
}

function differing(node: CanaryNode, read: Heard | undefined, create: string): Finding | undefined {
  if (read?.kind !== 'answered') return undefined;
  const { content } = read.reply;
  if (content === undefined || content === node.digest) return undefined;
  const parts = partsThatDiffer(node, read, node.dialect.record.content ?? null);
  const pointers = parts.map((part) => part.replace(/^record\.?/, 'record.content.'));
  const where = parts.includes('record') ? 'record.content' : pointers.join(', ');
  return fail(
    checkOf(node),
    `the read after the ${create} shows another ${parts.join(', ')}: ${read.words}`,
    `Correct ${where} of the dialect, or the place in create.body. If the node changes a member ` +
      'that it is given, leave that member out of record.content.',
  );
}

type Content = Parameters<typeof otherParts>[1];

function partsThatDiffer(
  { dialect, key, access, record = '' }: CanaryNode,
  { response }: Answered,
  content: Content,
): readonly string[] {
  const { body } = dialect.create;
  const sent = () => (body === null ? '' : compileBody(body, access.name)(key, '', record));
  return otherParts(response.body, content, { record, sent });
}

/** Presence alone counts, though the read shows the content. */
function uncompared(node: CanaryNode, read: Heard | undefined): Finding | undefined {
  const { record, dialect } = node;
  if (record === undefined || (dialect.record.content ?? null) !== null) return undefined;
  if (read?.kind !== 'answered' || !isShown(read)) return undefined;
  const content = candidatesOf(dialect.record.key, record).find(
    (candidate) => partsThatDiffer(node, read, candidate).length === 0,
  );
  if (content === undefined) return undefined;
  return warn(
    checkOf(node),
    'the dialect does not compare the content of records, though a read shows it',
    `The ${proposalOf(node, { record: { key: dialect.record.key, content } })}`,
  );
}

/** The content is the whole answer, or stands beside the key. */
function candidatesOf(key: string | null, record: string): readonly Exclude<Content, null>[] {
  const beside = key?.replace(/\/[^/]*$/, '') ?? '';
  const names = Object.keys(JSON.parse(record) as object);
  if (names.length === 0) return ['text'];
  return ['text', Object.fromEntries(names.map((name) => [name, `${beside}/${escaped(name)}`]))];
}
