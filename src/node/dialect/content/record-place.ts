/**
 * The place of a record in the body of a create, and whether a record fits them: `{record}` is all of it,
 * `{record.NAME}` one member. A member without a place would be lost without a word (P10).
 */
import { membersOf } from '../../../protocol/record/json-text.ts';
import type { Body, Dialect } from '../dialect.ts';

const PLACE = /\{record(?:\.([\w-]+))?\}/g;

/** Why a record cannot be sent. */
export interface Misfit {
  /** The field of the request: `record`, `record.NAME`. */
  readonly field: string;
  /** Begins with the field. */
  readonly message: string;
}

/** Whether the text is a place of a record, and nothing else. */
export function isRecordPlace(text: string): boolean {
  return /^\{record(?:\.[\w-]+)?\}$/.test(text);
}

/** The text without the record in it. */
export function stripRecordPlace(text: string): string {
  return text.replaceAll(PLACE, '');
}

export function hasRecordPlace(body: Body | null): boolean {
  return placedIn(body).length > 0;
}

/** Members that `record.content` compares and that a create does not send: no record with them is taken. */
export function unplacedMembers({
  record: { content = null },
  create,
}: Pick<Dialect, 'record' | 'create'>): readonly string[] {
  const placed = placedIn(create.body);
  if (content === null || typeof content === 'string') return [];
  if (placed.length === 0 || placed.includes(undefined)) return [];
  return Object.keys(content).filter((name) => !placed.includes(name));
}

/** The check returns the reason why nodes of this dialect cannot get this record; undefined: they can. */
export function recordCheck({
  name,
  create,
}: Pick<Dialect, 'name' | 'create'>): (record: string | undefined) => Misfit | undefined {
  const placed = placedIn(create.body);
  const takesAll = placed.includes(undefined);
  const members = new Set(placed.filter((place) => place !== undefined));
  const misfit = (field: string, why: string): Misfit => ({ field, message: `${field} ${why}` });
  return (record) => {
    if (record === undefined) {
      if (placed.length === 0) return undefined;
      return misfit('record', `is missing: a create of the ${name} dialect sends one`);
    }
    if (placed.length === 0) {
      return misfit('record', `has no place in create.body of the ${name} dialect`);
    }
    const given = membersOf(record, 0);
    for (const member of members) {
      if (given.has(member)) continue;
      return misfit(`record.${member}`, `is missing: a create of the ${name} dialect sends it`);
    }
    if (takesAll) return undefined;
    const extra = [...given.keys()].find((member) => !members.has(member));
    if (extra === undefined) return undefined;
    const why = `has no place in create.body of the ${name} dialect, and would be lost`;
    return misfit(`record.${extra.slice(0, 100).toWellFormed()}`, why);
  };
}

/** The names of members; undefined: the whole record. */
function placedIn(body: Body | null): readonly (string | undefined)[] {
  return [...JSON.stringify(body).matchAll(PLACE)].map(([, member]) => member);
}

/**
 * What stands in a body for this place.
 * @param place `{record}` or `{record.NAME}`
 * @throws if the record has no such member: `recordCheck` comes first
 */
export function recordPart(record: string | undefined, place: string): string {
  if (record === undefined) throw new Error(`no record for the place ${place}`);
  if (place === '{record}') return record;
  const span = membersOf(record, 0).get(place.slice('{record.'.length, -1));
  if (span === undefined) throw new Error(`the record has no member for the place ${place}`);
  return record.slice(span.from, span.to);
}
