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
  const isKept = keeps(restore, key?.split('/')[1]);
  const dropped = Object.keys(record).filter((name) => !isKept(name));
  const named = { dropped: shortened(dropped) };
  if (restore === 'template') return { ...shown, ...named };
  return { ...mapMembers(shown, isKept, restore.set), ...named };
}

function keeps(
  restore: Exclude<Restore, 'exact' | 'none'>,
  key: string | undefined,
): (name: string) => boolean {
  if (restore === 'template') return (name) => name === key;
  if (restore.keep !== null) return (name) => restore.keep?.includes(name) === true;
  return (name) => restore.drop?.includes(name) !== true;
}

function shortened(names: readonly string[]): readonly string[] {
  const named = names.slice(0, NAMED_MAX).map((name) => name.slice(0, NAME_MAX).toWellFormed());
  const more = names.length - named.length;
  return more === 0 ? named : [...named, `and ${more} more`];
}
