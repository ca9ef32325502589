/** `lockstep doctor` on a journal that a daemon saved when its files were removed. */
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkJournal } from '../../src/cli/doctor/journal/journal.ts';
import { openSqliteJournal } from '../../src/journal/sqlite/open/open.ts';
import { tempFolder } from '../support/temp-folder.ts';

const SAVED = 'journal-saved-2026-11-29T05-15-00.000Z.db';

async function setUp() {
  const dataDir = tempFolder();
  const path = join(dataDir, 'journal.db');
  await openSqliteJournal(path).close();
  const look = async (runs: boolean) => {
    const found = await checkJournal(
      { journal: { kind: 'sqlite', path, folder: dataDir }, dataDir, journalMayForget: false },
      Promise.resolve(runs),
    );
    return found.filter(({ level }) => level !== 'ok');
  };
  return { path, saved: join(dataDir, SAVED), look };
}

test('where the next start would be refused, doctor fails', async () => {
  const { path, saved, look } = await setUp();
  writeFileSync(saved, '');
  expect(() => openSqliteJournal(path)).toThrow('is another file now');
  const message = expect.stringContaining(`saved in ${saved}; the daemon does not start`);
  const hint = expect.stringContaining(`lockstep restore '${saved}'`);
  expect(await look(false)).toEqual([{ check: 'journal', level: 'fail', message, hint }]);
});

test('where it has the same content in its place, or a daemon holds one, doctor only warns', async () => {
  const { path, saved, look } = await setUp();
  copyFileSync(path, saved);
  expect(await look(false)).toMatchObject([{ level: 'warn' }]);
  await openSqliteJournal(path).close();
  writeFileSync(saved, '');
  expect(await look(true)).toMatchObject([{ level: 'warn' }]);
});
