/**
 * The record as it is made again when a delete is rolled back, from what a read showed: exactly, or without the members
 * that a create does not take (`delete.restore`).
 */
import type { Restore } from './dialect.ts';
import { mapMembers, type ShownText } from './members.ts';
import { parseObject } from './record.ts';

export interface Restoration extends ShownText {
  /** Members of the record that are not made again; absent: it is made again exactly. */
  readonly dropped?: readonly string[];
}

/** More are counted, not named: they are kept with the command, and shown in its answer. */
const NAMED_MAX = 16;
const NAME_MAX = 100;
const DEPTH_MAX = 32;

/**
 * @param shown the record as the node showed it, without its owner mark
 * @param key the pointer to the key, or null: a template writes its member
 */
export function restorationOf(shown: ShownText, restore: Restore, key: string | null): Restoration {
  if (restore === 'exact' || restore === 'none') return shown;
  const { body, encoding } = shown;
  const text = encoding === undefined ? body : Buffer.from(body, encoding).toString('utf8');
  const record = parseObject(text);
  // A text that is no JSON has no members, and only the template can write it again.
  if (record === undefined) return { ...shown, dropped: ['its text'] };
  if (restore === 'template') {
    return { ...shown, dropped: shortened(besidesKey(record, key?.split('/').slice(1) ?? [])) };
  }
  const isKept = keeps(restore);
  const dropped = shortened(Object.keys(record).filter((name) => !isKept(name)));
  return { ...mapMembers(shown, isKept, restore.set), dropped };
}

/** All members but the key, those beside it in its wrapper too: `data/name` of `/data/id`. */
function besidesKey(value: unknown, [step, ...steps]: readonly string[], at = ''): string[] {
  if (typeof value !== 'object' || value === null || steps.length > DEPTH_MAX) return [];
  const name = step?.replaceAll('~1', '/').replaceAll('~0', '~');
  return Object.entries(value).flatMap(([member, inner]) =>
    member === name ? besidesKey(inner, steps, `${at}${member}/`) : [`${at}${member}`],
  );
}

function keeps(restore: Exclude<Restore, string>): (name: string) => boolean {
  if (restore.keep !== null) return (name) => restore.keep?.includes(name) === true;
  return (name) => restore.drop?.includes(name) !== true;
}

function shortened(names: readonly string[]): readonly string[] {
  const named = names.slice(0, NAMED_MAX).map((name) => name.slice(0, NAME_MAX).toWellFormed());
  const more = names.length - named.length;
  return more === 0 ? named : [...named, `and ${more} more`];
}
