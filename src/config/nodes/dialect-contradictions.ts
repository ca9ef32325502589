/** Contradictions between members of a dialect, and gaps between them. */

import { hasRecordPlace, unplacedMembers } from '../../node/dialect/content/record-place.ts';
import { type Body, type Dialect, defers, type Json } from '../../node/dialect/dialect.ts';
import { compileKeyPattern } from '../../node/dialect/key-pattern.ts';
import { textsIn } from '../../node/dialect/template.ts';
import { headerNameFault, headerTextFault } from './access-schema.ts';
import { sharedStatus } from './dialect-rules.ts';

interface Contradiction {
  readonly message: string;
  readonly path: readonly string[];
}

export function contradictions(dialect: Dialect): readonly Contradiction[] {
  const { create, delete: remove, read, record, keys, mark } = dialect;
  const found: Contradiction[] = [];
  const fault = (message: string, ...at: string[]) => found.push({ message, path: at });
  for (const [name, call] of [
    ['create', create],
    ['delete', remove],
  ] as const) {
    const names =
      call.path.includes('{key}') || textsOf(call.body).some((text) => text.includes('{key'));
    if (!names) fault('does not name the record: {key} is missing in path and body', name);
    if (call.applied.length + call.accepted.length === 0) {
      fault('names no status, and neither does accepted', name, 'applied');
    }
    const wrong = headerTextFault(call.contentType);
    if (wrong !== undefined) fault(wrong, name, 'contentType');
  }
  if (!read.path.includes('{key}')) {
    fault('does not name the record: {key} is missing', 'read', 'path');
  }
  const { applied, exists, perhaps, unsure, refused } = create;
  const meanings = {
    create: [applied, create.accepted, exists, perhaps, unsure, refused],
    delete: [
      remove.applied,
      remove.accepted,
      remove.gone,
      remove.perhaps,
      remove.unsure,
      remove.refused,
    ],
    read: [read.present, read.absent, read.refused],
  };
  for (const [name, all] of Object.entries(meanings)) {
    const twice = sharedStatus(all);
    if (twice !== undefined)
      fault(`gives ${twice} two meanings, and no proof distinguishes them`, name);
  }
  const unproven = read.present.some(
    ({ json, text, header, proof }) => (json ?? text ?? header ?? proof) === undefined,
  );
  if (record.key === null && unproven) {
    const why = 'record.key is null: any page with this status would be a record';
    fault(`needs a proof (json, text, header, proof), since ${why}`, 'read', 'present');
  }
  if (record.key === null && mark !== null) fault('needs a record.key', 'mark');
  const wrongName = mark === null ? undefined : headerNameFault(mark.header);
  if (wrongName !== undefined) fault(wrongName, 'mark', 'header');
  const isMapped = typeof remove.restore === 'object';
  if ((remove.restore === 'exact' || isMapped) && create.body === null) {
    const what = isMapped ? 'maps members' : 'is "exact"';
    fault(`${what}, and a create without a body sends nothing back`, 'delete', 'restore');
  }
  if (isMapped && record.key === null) {
    fault('maps members, but record.key is null: the record is a text', 'delete', 'restore');
  }
  if (hasRecordPlace(create.body) && remove.restore === 'template') {
    const why = 'a record that was deleted has content, which the template alone does not restore';
    fault(`is "template", but create.body holds {record}: ${why}`, 'delete', 'restore');
  }
  if ((record.content ?? null) !== null && !hasRecordPlace(create.body)) {
    fault('compares records, but create.body has no place for {record}', 'record', 'content');
  }
  for (const name of unplacedMembers(dialect)) {
    const why = `create.body has no place {record.${name}}`;
    fault(`compares a member that no create sends: ${why}`, 'record', 'content', name);
  }
  if (hasRecordPlace(remove.body)) fault('holds {record}: only a create has one', 'delete', 'body');
  if (defers(dialect) && dialect.quiesceMs === null) {
    const why =
      'nodes that accept a request and act later need it: the longest time until they act, in ms';
    fault(`is missing: ${why}`, 'quiesceMs');
  }
  if (remove.guard !== null && mark !== null) {
    fault('is of no use beside mark, which guards deletes already', 'delete', 'guard');
  }
  const wrongPattern = keys.pattern === null ? undefined : patternFault(keys.pattern);
  if (wrongPattern !== undefined) fault(wrongPattern, 'keys', 'pattern');
  return [...found, ...listContradictions(dialect), ...headContradictions(dialect)];
}

/** The answer to a HEAD has no body: status and headers alone are left to read. */
function headContradictions({
  read,
  record,
  delete: remove,
  health,
}: Dialect): readonly Contradiction[] {
  const found: Contradiction[] = [];
  if (health?.method === 'HEAD' && health.text !== null) {
    found.push({ message: 'is the text of a body, and HEAD has none', path: ['health', 'text'] });
  }
  if (read.method !== 'HEAD') return found;
  if (record.key !== null) {
    found.push({
      message: 'is in a body, and read.method is HEAD: write null',
      path: ['record', 'key'],
    });
  }
  for (const name of ['present', 'absent', 'refused'] as const) {
    const isOfBody = read[name].some((rule) => (rule.json ?? rule.text) !== undefined);
    const isWords = read[name].some(({ proof }) => proof === 'words');
    if (!isOfBody && !isWords) continue;
    found.push({ message: 'names a body, and the answer to HEAD has none', path: ['read', name] });
  }
  if (read.present.some(({ header }) => header === undefined)) {
    const message = 'needs a header as its proof: the answer to HEAD has no body';
    found.push({ message, path: ['read', 'present'] });
  }
  if (remove.restore === 'exact') {
    const message = 'is "exact", and read.method is HEAD: a read shows no record to restore';
    found.push({ message, path: ['delete', 'restore'] });
  }
  return found;
}

function listContradictions({ list: listing }: Dialect): readonly Contradiction[] {
  if (listing === null || listing.paging === null) return [];
  const { by } = listing.paging;
  if (by === 'link' || listing.path.includes(`{${by}}`)) return [];
  return [{ message: `does not page: {${by}} is missing`, path: ['list', 'path'] }];
}

function textsOf(sent: Body | null): readonly string[] {
  if (sent === null) return [];
  return 'json' in sent ? textsIn(sent.json as Json) : [sent.text];
}

function patternFault(pattern: string): string | undefined {
  try {
    compileKeyPattern(pattern);
    return undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return error.message;
    throw error;
  }
}
