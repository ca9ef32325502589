/**
 * The id in the row of `head`: which journal it is. Clients know the journal by it (P7). A restored copy is another
 * journal and gets another id.
 *
 * A mark behind a dot says that the journal has everything that is in the saved copy with the same mark
 * (files/saved.ts). The journal is the same with and without a mark.
 */
import { randomBytes } from 'node:crypto';

export function newJournalId(): string {
  return randomBytes(16).toString('hex');
}

/** The id with a new mark. */
export function markedId(id: string): string {
  return `${unmarkedId(id)}.${randomBytes(16).toString('hex')}`;
}

export function unmarkedId(id: string): string {
  const [journal = id] = id.split('.');
  return journal;
}
