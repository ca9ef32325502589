/**
 * Which journal this is. A client with several addresses says which one it knows, and a daemon with another one refuses
 * its request: that would not find the command by its id there, and would execute it once more (P7).
 *
 * It is a value in the journal like others: a backup, a restore and a move to a database keep it.
 */
import type { Journal } from '../../journal/port.ts';

const WORD = 'journal';

/**
 * The identity of the journal; a new one, or one that is older than this, gets it now.
 * @throws JournalError
 */
export async function identityOf(journal: Journal, newId: () => string): Promise<string> {
  const kept = (await journal.kept()).get(WORD);
  if (kept !== undefined) return kept;
  const id = newId();
  await journal.keep(WORD, id);
  return id;
}
