import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqliteJournal } from '../../src/journal/sqlite/open/open.ts';
import { writer } from './support/child.ts';
import { scratch } from './support/driver.ts';
import { batch, begun } from './support/writes.ts';

let dir: string;
let file: string;

beforeEach(() => {
  dir = scratch();
  file = join(dir, 'journal.db');
});

afterEach(() => rmSync(dir, { recursive: true }));

const LOCKED = { code: 'locked', retry: false };

test('a second daemon is refused at once, with the process id of the first', async () => {
  const first = writer(file, 3);
  await first.line('holds 3');
  const from = performance.now();
  const refusal = expect.objectContaining({
    ...LOCKED,
    message: expect.stringContaining(String(first.pid)),
  });
  expect(() => openSqliteJournal(file)).toThrow(refusal);
  expect(performance.now() - from).toBeLessThan(500);
  const second = writer(file, 0);
  expect(await second.line('refused')).toBe('refused locked');
});

test('kill -9 of the first frees the journal, with all it had written', async () => {
  const first = writer(file, 3);
  await first.line('holds 3');
  expect(() => openSqliteJournal(file)).toThrow(expect.objectContaining(LOCKED));
  await first.kill();
  const journal = openSqliteJournal(file);
  expect((await journal.head()).openCount).toBe(3);
  await journal.close();
});

test('a second one in the same process is refused too, until the first is closed', async () => {
  const first = openSqliteJournal(file);
  expect(() => openSqliteJournal(file)).toThrow(expect.objectContaining(LOCKED));
  // The refused daemon did not touch the first one's lock.
  expect(await writer(file, 0).line('refused')).toBe('refused locked');
  await first.close();
  await openSqliteJournal(file).close();
});

test('another name of the same file does not get around it', async () => {
  const first = openSqliteJournal(file);
  symlinkSync(file, join(dir, 'other-name.db'));
  symlinkSync(dir, join(dir, 'other-folder'));
  for (const name of ['other-name.db', 'other-folder/journal.db']) {
    expect(() => openSqliteJournal(join(dir, name))).toThrow(expect.objectContaining(LOCKED));
  }
  await first.close();
});

test('an operator reads the journal while the daemon holds and writes it', async () => {
  const journal = openSqliteJournal(file);
  await journal.commit(batch({ accept: [begun(1)] }));
  const reader = new Database(file, { readonly: true });
  const count = reader.prepare('SELECT COUNT(*) FROM command').pluck();
  expect(count.get()).toBe(1);
  await journal.commit(batch({ accept: [begun(2)] }));
  expect(count.get()).toBe(2);
  reader.close();
  await journal.close();
});

/** Debian's `sqlite3`: the tool of an operator. */
const SHELL = 'sqlite3';
const hasShell = spawnSync(SHELL, ['--version']).status === 0;

test.skipIf(!hasShell)('… with the sqlite3 shell (skipped where there is none)', async () => {
  const journal = openSqliteJournal(file);
  await journal.commit(batch({ accept: [begun(1, { id: 'seen' })] }));
  const sent = execFileSync(SHELL, [file, 'SELECT id, state FROM command'], {
    encoding: 'utf8',
  });
  expect(sent.trim()).toBe('seen|applying');
  await journal.close();
});

test('the lock file is never written, so nothing can spoil it', async () => {
  const journal = openSqliteJournal(file);
  await journal.commit(batch({ accept: [begun(1)] }));
  expect(statSync(`${file}.lock`).size).toBe(0);
  expect(readdirSync(dir).sort()).toEqual(
    ['', '-shm', '-wal', '.lock', '.pid'].map((end) => `journal.db${end}`),
  );
  await journal.close();
  expect(readdirSync(dir).sort()).toEqual(['journal.db', 'journal.db.lock']);
});

test('a failed opening lets go of the lock', async () => {
  const other = new Database(file);
  other.exec('CREATE TABLE theirs (x)');
  other.close();
  const foreign = expect.objectContaining({ code: 'foreign' });
  expect(() => openSqliteJournal(file)).toThrow(foreign);
  expect(await writer(file, 0).line('refused')).toBe('refused foreign');
});
