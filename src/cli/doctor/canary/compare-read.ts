/** Did the dialect understand a read of the record that exists? */
import type { Dialect } from '../../../node/dialect/dialect.ts';
import { parseJson } from '../../../node/dialect/record.ts';
import type { Response } from '../../../node/http/response-reader.ts';
import { type Finding, fail } from '../finding.ts';
import { foldHint } from './compare-create.ts';
import { type Course, isShown } from './course.ts';
import type { CanaryNode } from './node.ts';
import { foldedKey, pointersTo } from './pointers.ts';
import { isRead, type Sections, sectionFor } from './rule-for.ts';
import { adviceOn, checkOf, hintOf } from './words.ts';

export function compareRead(node: CanaryNode, { create, read }: Course): Finding | undefined {
  if (read === undefined) return undefined;
  const check = checkOf(node);
  if (read.kind === 'silent') return fail(check, `the read failed: ${read.why}`, adviceOn(read));
  // Without a record there is nothing to read, and the finding about the create says so.
  if (!isShown(read)) {
    const wasRefused = create?.kind === 'answered' && read.reply.kind === 'absent';
    const detail = `the read after the create was answered ${read.words}`;
    return wasRefused ? undefined : fail(check, detail, adviceOn(read));
  }
  if (read.reply.kind === 'present') return undefined;
  const detail = `the read found the record, but the dialect does not recognize the answer: ${read.words}`;
  const folded = foldedKey(parseJson(read.response.body), node.key);
  const sections = recordSections(node, read.response);
  const isFolded = sections === undefined && folded !== undefined;
  return fail(check, detail, isFolded ? foldHint(node, folded) : hintOf(node, read, sections));
}

/** A place of the key, a rule, or both. */
function recordSections(node: CanaryNode, response: Response): Sections | undefined {
  const wanted = { key: node.key, node: node.access.name, call: 'read' } as const;
  const present = { ...wanted, member: 'present', kind: 'present' } as const;
  const records = recordsIn(response, node.key);
  const withRecord = (record: Dialect['record']): Dialect => ({ ...node.dialect, record });
  const moved = records.find((record) =>
    isRead(response, wanted, { dialect: withRecord(record), kind: 'present' }),
  );
  if (moved !== undefined) return { record: writtenRecord(moved) };
  const rule = sectionFor(response, { ...present, dialect: node.dialect });
  if (rule !== undefined) return rule;
  for (const record of [...records, { key: null, type: 'text' } as const]) {
    const both = sectionFor(response, { ...present, dialect: withRecord(record) });
    if (both !== undefined) return { record: writtenRecord(record), ...both };
  }
  return undefined;
}

function recordsIn({ body }: Response, key: string): readonly Dialect['record'][] {
  return pointersTo(parseJson(body), key).flatMap((place) => [
    { key: place, type: 'text' } as const,
    { key: place, type: 'number' } as const,
  ]);
}

function writtenRecord({ key, type }: Dialect['record']): object {
  return type === 'text' ? { key } : { key, type };
}
