/**
 * Whether a bulk command is meant as it was typed: a range is quickly a digit too long, a variable
 * quickly another file's name. More than 10,000 keys are asked about, and at a terminal every delete
 * of many. Where nobody can be asked it takes --yes.
 */

import { agree } from '../input/question.ts';
import type { Terminal } from '../output/terminal.ts';
import { type KeySource, readAhead } from './keys.ts';

const UNASKED_MAX = 10_000;

/**
 * The keys to work on. Without --yes all keys of a stream are read
 * before the first is worked on, so that nothing is done of what is too much.
 *
 * @throws Declined, UsageError if nobody can be asked
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
