/**
 * The record of a create: a JSON object that nodes get as the client wrote it. Its content is compared in the
 * canonical form of RFC 8785 (P7): white space, the order of members and the spelling of numbers and
 * strings do not matter.
 */

import { createHash } from 'node:crypto';
import { isObject } from '../../base/is-object.ts';
import { elementsOf, membersOf, type Span } from './json-text.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** A record with its text, in the place of the parsed record in a request. */
export class WrittenRecord {
  /** As it came. */
  readonly text: string;
  readonly value: object;

  constructor(text: string, value: object) {
    this.text = text;
    this.value = value;
  }

  /** Bytes of the text as UTF-8. */
  get bytes(): number {
    return Buffer.byteLength(this.text);
  }

  /** SHA-256 of the canonical form, in hexadecimal digits. */
  get digest(): string {
    return createHash('sha256').update(canonicalJson(this.value)).digest('hex');
  }
}

/** The canonical form of a JSON value (RFC 8785). */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

/**
 * Puts a `WrittenRecord` in the place of each record of a request: of its own, or of the commands of a batch.
 * @param text the request; `value` was parsed from it, no member stands twice
 */
export function keepRecordTexts(text: string, value: unknown): void {
  if (!isObject(value)) return;
  const { op, commands } = value;
  if (hasRecord(value)) keepText(text, { from: 0, to: text.length }, value);
  if (op !== 'batch' || !Array.isArray(commands)) return;
  const list: readonly unknown[] = commands;
  if (!list.some(hasRecord)) return;
  const spans = elementsOf(text, membersOf(text, 0).get('commands')?.from ?? 0);
  for (const [index, command] of list.entries()) {
    const span = spans[index];
    if (span !== undefined && hasRecord(command)) keepText(text, span, command);
  }
}

interface WithRecord {
  record: object;
}

function hasRecord(value: unknown): value is WithRecord {
  return isObject(value) && Object.hasOwn(value, 'record') && isObject(value['record']);
}

function keepText(text: string, within: Span, command: WithRecord): void {
  const span = membersOf(text, within.from).get('record');
  if (span === undefined) throw new Error('the text of a request lacks the record that was read');
  command.record = new WrittenRecord(text.slice(span.from, span.to), command.record);
}
