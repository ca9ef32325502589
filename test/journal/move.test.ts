/** A journal that moves from a file into a database: all that it promised moves with it, and it is never in both. */
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Client } from 'pg';
import { beforeEach, expect, test } from 'vitest';
import { failureOf } from '../../src/coordinator/start.ts';
import { JournalError } from '../../src/journal/errors.ts';
import { moveJournal } from '../../src/journal/move.ts';
import { openPostgres } from '../../src/journal/postgres/open.ts';
import { restoreJournal } from '../../src/journal/sqlite/files/restore.ts';
import { inspect } from '../../src/journal/sqlite/open/migrate.ts';
import { openSqliteJournal } from '../../src/journal/sqlite/open/open.ts';
import { PASSWORD } from '../support/postgres.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { allActs } from './support/observed.ts';
import { postgres } from './support/postgres-driver.ts';
import { accepted, aSettlement, batch, begun, LOOSE, range, settleAll } from './support/writes.ts';

const driver = postgres();
let file: string;

beforeEach(async (ctx) => {
  if (driver.missing !== undefined) ctx.skip(driver.missing);
  await driver.create();
  file = join(tempFolder(), 'journal.db');
});

const move = (from = file, url = driver.url) => moveJournal({ file: from, url, savedIn: [] });
const open = () => openPostgres(driver.url, { folder: tempFolder(), member: 'test' });

async function fault(work: () => unknown): Promise<JournalError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof JournalError) return error;
    throw error;
  }
  throw new Error('it was done');
}

async function ask(text: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new Client({ connectionString: driver.url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** @returns which journal it is */
async function makeSome(): Promise<string> {
  const journal = openSqliteJournal(file);
  await settleAll(
    journal,
    range(1, 3).map((seq) => begun(seq)),
  );
  await journal.commit(batch({ accept: [begun(4), accepted(5)], lived: 700 }));
  await journal.close();
  return journal.id;
}

test('P7: it goes on: numbers, owner marks, acts and lists of nodes continue, ids stay taken', async () => {
  const id = await makeSome();
  await move();
  const journal = await open();
  expect(journal.id).toBe(id);
  expect(await journal.head()).toMatchObject({ lastSeq: 5, openCount: 2, lived: 700 });
  const again = batch({
    accept: [accepted(6, { id: 'id-2' }), accepted(7, { nodes: ['node09'] })],
    settle: [{ seq: 4, settlement: aSettlement() }],
  });
  const { existing } = await journal.commit(again);
  expect(existing.get(6)).toMatchObject({ command: { seq: 2 }, state: 'committed' });
  expect(await journal.find('id-7')).toMatchObject({ command: { nodes: ['node09'] } });
  const act = { kind: 'pause', at: 1, lived: 1, isProven: false, door: 'http' } as const;
  expect(await journal.noteActs({ begin: [act], end: [] })).toEqual([2]);
  await journal.close();
});

test('P5, P8: bodies, records and stories of any text come over', async () => {
  const text = `{"a":"${'ß\\u0000\\ud800'.repeat(30)}"}`;
  const body = `nul \0, separator \u001f, lone ${'x'.repeat(300)}`;
  const record = { digest: 'd', bytes: text.length };
  const journal = openSqliteJournal(file);
  await journal.commit(
    batch({
      accept: [{ ...accepted(1, { record }), record: text }, begun(2), begun(3)],
      begin: [{ seq: 1, at: 5, findings: { node01: { presence: 'present', shown: true, body } } }],
      append: [{ seq: 2, entries: [{ kind: 'turned', at: 6.5, reason: 'cancelled' }] }],
      settle: [{ seq: 3, settlement: aSettlement({ loose: LOOSE }), story: text }],
    }),
  );
  await journal.park(2);
  const want = await journal.load(0, 10);
  await journal.close();
  await move();
  const after = await open();
  expect(await after.load(0, 10)).toEqual(want);
  expect(await after.foundBody(1, 'node01')).toBe(body);
  expect(await after.records([1])).toEqual(new Map([[1, text]]));
  expect(await after.story(3)).toBe(text);
  expect(await after.loadLoose(0, 10)).toMatchObject([{ seq: 3, loose: LOOSE }]);
  await after.close();
});

test('P1, P7: the file is refused from then on, by name, with 78; by earlier versions too', async () => {
  await makeSome();
  const { rows, to } = await move();
  expect(rows).toMatchObject({ command: 5, open: 2, settled: 3, act: 1 });
  expect(to).not.toContain(PASSWORD);
  const error = await fault(() => openSqliteJournal(file));
  expect(error).toMatchObject({
    code: 'moved',
    message: expect.stringContaining(`moved to ${to}`),
  });
  expect(failureOf(error)).toMatchObject({ exitCode: 78 });
  const db = new Database(file, { readonly: true });
  // All that earlier versions look at before they refuse a file of another program.
  expect(db.pragma('application_id', { simple: true })).not.toBe(0x4c4b5354);
  expect(inspect(db)).toBeGreaterThan(0);
  db.close();
});

test('P7: a second call moves nothing again, and says that it was moved', async () => {
  await makeSome();
  await move();
  const journal = await open();
  await journal.commit(batch({ accept: [accepted(6)] }));
  await journal.close();
  expect(await move()).toMatchObject({ rows: undefined });
  const after = await open();
  expect(await after.head()).toMatchObject({ lastSeq: 6 });
  await after.close();
});

test('P1, P7: an old file is not moved a second time into a database that was made anew', async () => {
  await makeSome();
  await move();
  const anew = await driver.server.database('anew');
  expect(await fault(() => move(file, anew))).toMatchObject({ code: 'moved' });
  await ask('DROP SCHEMA lockstep CASCADE');
  expect(await fault(() => move())).toMatchObject({ code: 'moved' });
});

test('P1: it is refused while a daemon works on the file', async () => {
  await makeSome();
  const journal = openSqliteJournal(file);
  expect(await fault(() => move())).toMatchObject({ code: 'locked' });
  await journal.close();
  await move();
});

test('P7: a database that has a journal is refused, used or idle, and keeps it', async () => {
  await makeSome();
  const journal = await open();
  const isRefused = { code: 'occupied', message: expect.stringContaining('0 commands, last used') };
  expect(await fault(() => move())).toMatchObject(isRefused);
  await journal.commit(batch({ accept: [accepted(1, { id: 'mine' })] }));
  await journal.close();
  expect(await fault(() => move())).toMatchObject({ code: 'occupied' });
  const after = await open();
  expect(await after.find('mine')).toBeDefined();
  await after.close();
  await openSqliteJournal(file).close();
});

test('P10: a damaged journal is not moved, and stays as it was', async () => {
  await makeSome();
  const db = new Database(file);
  db.exec(`UPDATE command SET state = 'refused' WHERE seq = 2`);
  db.close();
  const error = await fault(() => move());
  expect(error).toMatchObject({
    code: 'damaged',
    hint: expect.stringContaining('Nothing was moved'),
  });
  await openSqliteJournal(file).close();
});

test('P10: a file that is missing is named, and not made', async () => {
  const isNamed = { code: 'denied', message: expect.stringContaining(file) };
  expect(await fault(() => move())).toMatchObject(isNamed);
  expect(existsSync(file)).toBe(false);
});

test('P10: a database that is away is named, and the file stays a journal', async () => {
  await makeSome();
  const away = driver.url.replace(/:\d+\//, ':1/');
  const error = await fault(() => move(file, away));
  expect(error).toMatchObject({
    code: 'unreachable',
    message: expect.not.stringContaining(PASSWORD),
  });
  expect(await fault(() => move(file, driver.url.replace(PASSWORD, 'no')))).toMatchObject({
    code: 'denied',
  });
  await openSqliteJournal(file).close();
});

test('P1, P7: interrupted before the file is marked, only the file works, and the next call begins anew', async () => {
  await makeSome();
  await move();
  // As it was between the two steps: the rows are there, and the file is a journal as before.
  await ask(`UPDATE lockstep.setting SET name = 'moving' WHERE name = 'moved'`);
  unmark();
  expect(await fault(() => open())).toMatchObject({ code: 'moved' });
  const journal = openSqliteJournal(file);
  await journal.commit(batch({ accept: [accepted(6)] }));
  await journal.close();
  expect(await move()).toMatchObject({ rows: { command: 6 } });
  const after = await open();
  expect(await after.head()).toMatchObject({ lastSeq: 6, openCount: 3 });
  expect(await allActs(after)).toHaveLength(1);
  await after.close();
});

test('P1, P7: interrupted after the file is marked, neither works, and the next call completes it', async () => {
  await makeSome();
  await move();
  await ask(`UPDATE lockstep.setting SET name = 'moving' WHERE name = 'moved'`);
  expect(await fault(() => open())).toMatchObject({ code: 'moved' });
  expect(await fault(() => openSqliteJournal(file))).toMatchObject({ code: 'moved' });
  expect(await move()).toMatchObject({ rows: undefined });
  await (await open()).close();
});

test('P7: an unfinished move of another journal is not overwritten', async () => {
  await makeSome();
  await move();
  await ask(`UPDATE lockstep.setting SET name = 'moving' WHERE name = 'moved'`);
  file = join(tempFolder(), 'journal.db');
  await makeSome();
  expect(await fault(() => move())).toMatchObject({ code: 'occupied' });
});

test('P1, P7: a copy of the file that is restored goes on held, as any old state, and is another journal', async () => {
  const id = await makeSome();
  await move();
  const copy = join(tempFolder(), 'copy.db');
  copyFileSync(file, copy);
  const path = join(tempFolder(), 'journal.db');
  expect(restoreJournal({ path, file: copy, savedIn: [] })).toMatchObject({ held: 2 });
  const journal = openSqliteJournal(path);
  expect((await journal.load(0, 10)).map(({ held }) => held)).toEqual(['restored', 'restored']);
  expect(journal.id).not.toBe(id);
  await journal.close();
});

test('P3: the rows are in one transaction: one that fails leaves an empty database and the file', async () => {
  await makeSome();
  await ask('DROP SCHEMA IF EXISTS lockstep CASCADE');
  await (await open()).close();
  await driver.create();
  await ask('ALTER TABLE lockstep.act ADD CONSTRAINT no CHECK (number < 0)');
  expect(await fault(() => move())).toMatchObject({ code: 'io' });
  expect(await ask('SELECT count(*)::int AS n FROM lockstep.command')).toEqual([{ n: 0 }]);
  await openSqliteJournal(file).close();
  await ask('ALTER TABLE lockstep.act DROP CONSTRAINT no');
  expect(await move()).toMatchObject({ rows: { command: 5 } });
});

function unmark(): void {
  const db = new Database(file);
  db.exec('DROP TABLE moved');
  db.pragma('application_id = 0x4c4b5354');
  db.close();
}
