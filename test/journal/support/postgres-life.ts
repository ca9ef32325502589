/** A journal in PostgreSQL that is closed when the test ends. */
import { rmSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import type { PostgresJournal } from '../../../src/journal/postgres/journal.ts';
import { openPostgres, type PostgresOptions } from '../../../src/journal/postgres/open.ts';
import { scratch } from './driver.ts';

export async function openFor(
  url: string,
  options: Partial<PostgresOptions> = {},
): Promise<PostgresJournal> {
  const folder = scratch();
  const journal = await openPostgres(url, { folder, member: 'daemon-1', ...options });
  onTestFinished(async () => {
    await journal.close();
    rmSync(folder, { recursive: true, force: true });
    rmSync(options.folder ?? folder, { recursive: true, force: true });
  });
  return journal;
}
