/** Opens the journal that the configuration names (`LOCKSTEP_JOURNAL`). */
import { JournalError } from './errors.ts';
import { MemoryJournal } from './memory/journal.ts';
import type { Journal } from './port.ts';
import type { Places } from './sqlite/connection.ts';
import { openSqliteJournal } from './sqlite/open.ts';

/**
 * @param url `sqlite:PATH` (relative to the working directory), or `memory:`, which is lost with
 *   the process and is for tests
 * @throws JournalError (as a rejection)
 */
export async function openJournal(url: string, places: Places = {}): Promise<Journal> {
  const [, scheme = '', rest = ''] = /^([a-z]+):(.*)$/s.exec(url) ?? [];
  switch (scheme) {
    case 'sqlite':
      return openSqliteJournal(pathOf(rest, url), places);
    case 'memory':
      return new MemoryJournal();
    case 'postgres':
    case 'postgresql':
      throw new JournalError('a journal in PostgreSQL is not in this version', {
        code: 'unsupported',
      });
    default:
      throw new JournalError(`not a journal: '${withoutPassword(url)}'`, { code: 'unsupported' });
  }
}

function pathOf(rest: string, url: string): string {
  if (rest === '' || rest === ':memory:' || rest.includes('\0')) {
    throw new JournalError(`no file is named in '${url}'`, { code: 'unsupported' });
  }
  return rest;
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/.*@/s, '//…@');
}
