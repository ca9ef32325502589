/** What keeps a daemon from starting on a database that it reaches. */
import { JournalError } from '../errors.ts';
import type { Link } from './link.ts';
import { MOVING } from './settings.ts';

const LOOK = `SELECT EXISTS (SELECT 1 FROM lockstep.setting WHERE name = '${MOVING}') AS moving`;

/** @throws JournalError `moved`; DatabaseError; OutcomeUnknown */
export async function assertStartable(link: Link, shown: string): Promise<void> {
  const [found = {}] = (await link.query(LOOK)).rows;
  if (found['moving'] !== true) return;
  const hint =
    'Run lockstep move again: it is continued. Or start the daemon on the file, if that was not marked as moved yet.';
  throw new JournalError(`a move of a journal to ${shown} was not completed`, {
    code: 'moved',
    hint,
  });
}
