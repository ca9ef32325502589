/**
 * Asks whether a bulk command is meant as typed: a range quickly has one digit too many, and a
 * variable may name another file. It asks about more than 10,000 keys, and at a terminal about
 * every delete of many. Without a terminal it needs --yes.
 */

import { agree } from '../input/question.ts';
import type { Terminal } from '../output/terminal.ts';
import { type KeySource, readAhead } from './keys.ts';

const UNASKED_MAX = 10_000;

/**
 * The keys to work on. Without --yes it reads all keys of a stream before the first one is sent, so
 * that too large an input has no effect.
 *
 * @throws Declined, UsageError if there is no terminal to ask at
 */
export async function meant(
  op: 'create' | 'delete',
  source: KeySource,
  { yes, terminal }: { readonly yes: boolean | undefined; readonly terminal: Terminal },
): Promise<KeySource> {
  if (yes === true) return source;
  const few = await readAhead(source, UNASKED_MAX);
  if (few !== undefined && !(op === 'delete' && terminal.attended)) return few;
  const many = few?.total ?? source.total;
  const records = many === undefined ? `more than ${UNASKED_MAX} records` : recordsText(many);
  const canAsk = terminal.canAsk && !source.isStdin;
  const place = op === 'create' ? 'on' : 'from';
  const question = `${op === 'create' ? 'Create' : 'Delete'} ${records} ${place} every node?`;
  await agree(question, `this would ${op} ${records}`, { yes, terminal, canAsk });
  return few ?? source;
}

function recordsText(count: number): string {
  return count === 1 ? '1 record' : `${count} records`;
}
