/** Opens the journal that the configuration names (`LOCKSTEP_JOURNAL`). */
import { JournalError } from './errors.ts';
import { MemoryJournal } from './memory/journal.ts';
import type { Journal } from './port.ts';
import type { PostgresOptions } from './postgres/open.ts';
import { type OpenOptions, openLookedThrough } from './sqlite/open/open.ts';

/**
 * @param url `sqlite:PATH` (relative to the working directory), `postgres://…`, or `memory:`, which is
 *   lost with the process and is for tests
 * @throws JournalError (as a rejection)
 */
export async function openJournal(
  url: string,
  { folder = '.', member = 'lockstep', ...options }: OpenOptions & Partial<PostgresOptions> = {},
): Promise<Journal> {
  const [, scheme = '', rest = ''] = /^([a-z]+):(.*)$/s.exec(url) ?? [];
  switch (scheme) {
    case 'sqlite':
      return openLookedThrough(pathOf(rest, url), options);
    case 'memory':
      return new MemoryJournal();
    case 'postgres':
    case 'postgresql': {
      // A daemon with its journal in a file loads no client of a database.
      const { openPostgres } = await import('./postgres/open.ts');
      return openPostgres(url, { ...options, folder, member });
    }
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
