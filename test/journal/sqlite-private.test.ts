/** The files of the journal are for the user of the daemon alone: nobody else reads them, or holds their locks. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { backupJournal } from '../../src/journal/sqlite/files/backup.ts';
import { restoreJournal } from '../../src/journal/sqlite/files/restore.ts';
import { openSqliteJournal } from '../../src/journal/sqlite/open/open.ts';
import { scratch } from './support/driver.ts';

let dir: string;
let file: string;
let umask: number;

beforeEach(() => {
  umask = process.umask(0);
  dir = join(scratch(), 'data');
  file = join(dir, 'journal.db');
});

afterEach(() => {
  process.umask(umask);
  rmSync(dir, { recursive: true });
});

function rights(): Readonly<Record<string, string>> {
  const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
  const files = readdirSync(dir).map((name) => [name, modeOf(join(dir, name))] as const);
  return { '.': modeOf(dir), ...Object.fromEntries(files) };
}

const PRIVATE = {
  '.': '700',
  'journal.db': '600',
  'journal.db-shm': '600',
  'journal.db-wal': '600',
  'journal.db.lock': '600',
  'journal.db.pid': '600',
};

test('M6: folder and files are closed to other users, even if umask is 0', async () => {
  const journal = openSqliteJournal(file);
  expect(rights()).toEqual(PRIVATE);
  await journal.close();
});

test('M6: the files of an earlier version are closed to other users at the next start', async () => {
  await openSqliteJournal(file).close();
  for (const name of readdirSync(dir)) chmodSync(join(dir, name), 0o664);
  const journal = openSqliteJournal(file);
  expect(rights()).toEqual(PRIVATE);
  await journal.close();
});

test('M6: a copy is closed to others, and so is a journal that is restored from one that was not', async () => {
  await openSqliteJournal(file).close();
  const copy = join(dir, '../copy.db');
  backupJournal(file, copy);
  expect((statSync(copy).mode & 0o777).toString(8)).toBe('600');
  chmodSync(copy, 0o644);
  restoreJournal({ path: file, file: copy, savedIn: [] });
  const others = Object.entries(rights()).filter(([, mode]) => !/^[67]00$/.test(mode));
  expect(others).toEqual([]);
  expect(rights()['journal.db']).toBe('600');
});

test('M6: another user cannot hold the lock', async (ctx) => {
  if (process.getuid?.() !== 0) return ctx.skip('only root may run a program as another user');
  if (!existsSync('/usr/bin/python3')) return ctx.skip('no python3 here');
  await openSqliteJournal(file).close();
  // As it was before: another user may enter the folder.
  chmodSync(dir, 0o755);
  chmodSync(join(dir, '..'), 0o755);
  const program = 'import sys; open(sys.argv[1], "rb")';
  const { stderr } = spawnSync('/usr/bin/python3', ['-c', program, `${file}.lock`], {
    uid: 65_534,
    gid: 65_534,
    encoding: 'utf8',
  });
  expect(stderr).toContain('PermissionError');
});

test.each(['-wal', '-shm', '.lock', '.pid'])(
  'L3: a link in the place of journal.db%s is not followed',
  async (part) => {
    await openSqliteJournal(file).close();
    const outside = join(dir, '../outside');
    writeFileSync(outside, 'a file outside');
    rmSync(file + part, { force: true });
    symlinkSync(outside, file + part);
    expect(() => openSqliteJournal(file)).toThrow(
      expect.objectContaining({
        code: 'denied',
        message: expect.stringContaining(`journal.db${part} is a link, which is not followed`),
        hint: expect.stringContaining(`rm ${file}${part}`),
      }),
    );
    expect(statSync(outside).size).toBe('a file outside'.length);
  },
);
