/** A journal that moves into a database answers there as it did in its file, whatever its history is. */
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { moveJournal } from '../../src/journal/move.ts';
import { openPostgres } from '../../src/journal/postgres/open.ts';
import { openSqliteJournal } from '../../src/journal/sqlite/open/open.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { Scribe, type Turn, turns } from './support/history.ts';
import { observed } from './support/observed.ts';
import { postgres } from './support/postgres-driver.ts';

const driver = postgres();
const seen = { settled: 0, open: 0, loose: 0, records: 0, acts: 0 };

test('P3, P4, P5, P7: after any history the database answers as the file did', async (ctx) => {
  if (driver.missing !== undefined) return ctx.skip(driver.missing);
  await fc.assert(
    fc.asyncProperty(turns, async (given) => {
      await driver.create();
      const file = join(tempFolder(), 'journal.db');
      await live(file, given);
      const before = openSqliteJournal(file);
      const want = await observed(before);
      await before.close();
      await moveJournal({ file, url: driver.url, savedIn: [] });
      const after = await openPostgres(driver.url, { folder: tempFolder(), member: 'test' });
      const { acts, head, ...rest } = await observed(after);
      expect({ ...rest, head, acts: acts.slice(1) }).toEqual(want);
      expect(acts[0]).toMatchObject({ kind: 'journal_moved', on: 'journal.db', outcome: 'done' });
      await after.close();
      seen.settled += want.all.filter(({ settlement }) => settlement !== undefined).length;
      seen.open += want.open.length;
      seen.loose += want.loose.length;
      seen.records += want.records.size;
      seen.acts += want.acts.length;
    }),
    { numRuns: 25 },
  );
}, 180_000);

async function live(file: string, given: readonly Turn[]): Promise<void> {
  const journal = openSqliteJournal(file);
  const scribe = new Scribe();
  for (const turn of given) {
    if (turn.kind === 'commit') {
      const made = await journal.commit(scribe.batch(turn)).catch(() => undefined);
      if (made !== undefined) scribe.taken(made.existing.keys());
    }
    if (turn.kind === 'prune') await journal.prune(turn);
    if (turn.kind === 'prune records') await journal.pruneRecords(turn);
    if (turn.kind === 'keep') await journal.keep(`word-${turn.name}`, turn.value);
    if (turn.kind === 'acts') {
      const begin = turn.begin.map(({ by, ...act }) => {
        return { ...act, isProven: false, door: 'zeromq', ...(by === undefined ? {} : { by }) };
      });
      await journal.noteActs({ begin, end: [] });
    }
  }
  await journal.close();
}

afterAll(() => {
  if (driver.missing !== undefined) return;
  for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(10);
});
