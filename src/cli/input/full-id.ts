/**
 * Takes short ids back: the beginning of a UUID, as tables show it, becomes the whole id of the one command that begins
 * so. Any other id stays as it is, and so does one that this client may not look up.
 */
import { isError, type LockstepClient } from '../../client/index.ts';
import { UsageError } from '../exit-code.ts';

/** Hexadecimal, with the dashes of a UUID, and shorter than one. */
const SHORT = /^[0-9a-f][0-9a-f-]{7,34}$/i;
const SHOWN_MAX = 5;

/** @throws UsageError if several commands begin so */
export async function fullId(client: LockstepClient, id: string): Promise<string> {
  if (!SHORT.test(id)) return id;
  const answer = await client.list({ idPrefix: id, limit: SHOWN_MAX + 1 });
  if (isError(answer)) return id;
  const found = answer.commands.map((one) => one.id);
  const [only, ...others] = found;
  if (only === undefined || found.includes(id)) return id;
  if (others.length === 0 && answer.next === undefined) return only;
  const shown = found.slice(0, SHOWN_MAX).join(', ');
  const more = found.length > SHOWN_MAX || answer.next !== undefined ? ', …' : '';
  throw new UsageError(`several commands begin with ${id}: ${shown}${more}; give more of it`);
}

/** @throws UsageError if several commands begin like one of them */
export function fullIds(client: LockstepClient, ids: readonly string[]): Promise<string[]> {
  return Promise.all(ids.map((id) => fullId(client, id)));
}
