/** A journal is copied while it is written, and a copy is put in its place. */
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseToken } from '../../src/core/token.ts';
import { backupJournal } from '../../src/journal/sqlite/files/backup.ts';
import { checkFile } from '../../src/journal/sqlite/files/check.ts';
import { restoreJournal } from '../../src/journal/sqlite/files/restore.ts';
import { openSqliteJournal } from '../../src/journal/sqlite/open/open.ts';
import { writer } from './support/child.ts';
import { scratch } from './support/driver.ts';
import { accepted, aSettlement, batch, begun, range, settleAll } from './support/writes.ts';

let dir: string;
let file: string;
let copy: string;

beforeEach(async () => {
  dir = scratch();
  file = join(dir, 'journal.db');
  copy = join(dir, 'copies.db');
  const journal = openSqliteJournal(file);
  await settleAll(
    journal,
    range(1, 20).map((seq) => begun(seq)),
  );
  await journal.commit(batch({ accept: [begun(21), accepted(22)] }));
  await journal.keep('pause/bulk', 'word');
  await journal.close();
});

afterEach(() => rmSync(dir, { recursive: true }));

const restore = (source = copy) => restoreJournal({ path: file, file: source, savedIn: [] });

/** The journal as a life of the daemon sees it. */
async function seen() {
  const journal = openSqliteJournal(file);
  const head = await journal.head();
  const open = await journal.load(0, 100);
  const listed = (await journal.list({}, undefined, 100)).commands.filter(({ held }) => held);
  await journal.close();
  return { head, held: open.filter(({ held }) => held).map(({ command }) => command.seq), listed };
}

test('P7: numbers and owner marks continue far above all that may have been given since', async () => {
  const before = (await seen()).head;
  backupJournal(file, copy);
  expect(restore()).toMatchObject({ held: 2, ignored: [] });
  const { head, held, listed } = await seen();
  expect(head.lastSeq).toBe(before.lastSeq + 1_000_000_000);
  const raised = parseToken(head.lastToken ?? '') - parseToken(before.lastToken ?? '');
  expect(raised).toBe(86_400_000_000);
  expect(head.openCount).toBe(2);
  expect(held).toEqual([21, 22]);
  expect(listed.map(({ command }) => command.seq)).toEqual([22, 21]);
});

test('P7: a restored copy is another journal each time; a copy that is only looked at is the same', async () => {
  const idIn = async (path: string) => {
    const journal = openSqliteJournal(path);
    await journal.close();
    return journal.id;
  };
  const first = await idIn(file);
  backupJournal(file, copy);
  restore();
  const second = await idIn(file);
  expect(await idIn(file)).toBe(second);
  restore();
  const third = await idIn(file);
  expect(new Set([first, second, third]).size).toBe(3);
  expect(await idIn(copy)).toBe(first);
});

test('a restore is an act in the trail of the journal that it makes', async () => {
  const journal = openSqliteJournal(file);
  const act = { kind: 'pause', at: 1, lived: 1, isProven: true, door: 'http' } as const;
  await journal.noteActs({ begin: [act], end: [] });
  await journal.close();
  backupJournal(file, copy);
  restoreJournal({ path: file, file: copy, savedIn: [], by: 'ann@bastion (unverified)' });
  const restored = openSqliteJournal(file);
  const { acts } = await restored.acts({}, undefined, 10);
  await restored.close();
  expect(acts).toMatchObject([
    {
      kind: 'journal_restored',
      number: 100_002,
      by: 'ann@bastion (unverified)',
      isProven: false,
      door: 'file',
      on: 'copies.db',
      outcome: 'done',
      results: { held: 2 },
    },
    { kind: 'pause', number: 1 },
  ]);
  expect(checkFile(file)).toMatchObject({ faults: [] });
});

test('P5: held commands stay so over restarts, until they are released or settled', async () => {
  backupJournal(file, copy);
  restore();
  let journal = openSqliteJournal(file);
  expect(await journal.find('id-21')).toMatchObject({ held: 'restored' });
  await journal.unhold([21, 99]);
  await journal.unhold([21]);
  await journal.commit(
    batch({
      accept: [begun(2_000_000_000)],
      settle: [{ seq: 22, settlement: aSettlement({ state: 'abandoned', reason: 'cancelled' }) }],
    }),
  );
  await journal.close();
  expect(await seen()).toMatchObject({ held: [], listed: [], head: { openCount: 2 } });
  journal = openSqliteJournal(file);
  expect(await journal.find('id-22')).not.toHaveProperty('held');
  expect(await journal.kept()).toEqual(new Map([['pause/bulk', 'word']]));
  await journal.close();
});

test('P3: the journal that was there is kept whole, and its log spoils nothing', async () => {
  backupJournal(file, copy);
  const child = writer(join(dir, 'dead.db'), 40);
  await child.line('holds');
  await child.kill();
  renameSync(join(dir, 'dead.db'), file);
  renameSync(join(dir, 'dead.db-wal'), `${file}-wal`);
  const { before = '' } = restore();
  expect((await seen()).held).toEqual([21, 22]);
  // Of the other one every commit is there, most of them in its log.
  copyFileSync(before, join(dir, 'again.db'));
  copyFileSync(`${before}-wal`, join(dir, 'again.db-wal'));
  const other = openSqliteJournal(join(dir, 'again.db'));
  expect((await other.head()).openCount).toBe(40);
  await other.close();
});

test('P3: a crash half-way leaves a start that is refused, and can be done again', async () => {
  backupJournal(file, copy);
  const { before = '' } = restore();
  // As if it had stopped between the two renames.
  const saved = join(dir, 'journal-saved-2026-11-29T05-15-00.000Z.db');
  renameSync(file, saved);
  expect(() => openSqliteJournal(file)).toThrow(expect.objectContaining({ code: 'saved_copy' }));
  expect(existsSync(before)).toBe(true);
  expect(restore()).toMatchObject({ held: 2, ignored: [`${saved}.ignored`] });
  expect((await seen()).held).toEqual([21, 22]);
});

test('a copy with its log beside it is taken with that, and is not changed', async () => {
  const child = writer(copy, 30);
  await child.line('holds');
  await child.kill();
  const bytes = [copy, `${copy}-wal`].map((each) => readFileSync(each));
  expect(restore()).toMatchObject({ held: 30 });
  expect([copy, `${copy}-wal`].map((each) => readFileSync(each))).toEqual(bytes);
});

test('P10: a file that is no sound copy is refused, and everything is as before', async () => {
  backupJournal(file, copy);
  const bytes = readFileSync(copy);
  const damaged = join(dir, 'damaged.db');
  writeFileSync(damaged, bytes.fill(0xff, 8_192, 8_192 + 4_096));
  const foreign = join(dir, 'foreign.db');
  new Database(foreign).exec('CREATE TABLE theirs (x)').close();
  writeFileSync(join(dir, 'empty.db'), '');
  writeFileSync(join(dir, 'text.db'), 'to whom it may concern '.repeat(100));
  const before = readdirSync(dir).sort();
  const journal = readFileSync(file);
  for (const [name, code] of [
    ['damaged.db', 'corrupt'],
    ['foreign.db', 'foreign'],
    ['empty.db', 'foreign'],
    ['text.db', 'corrupt'],
    ['nowhere.db', 'denied'],
    ['journal.db', 'denied'],
  ] as const) {
    expect(() => restore(join(dir, name)), name).toThrow(expect.objectContaining({ code }));
  }
  expect(readFileSync(file).equals(journal)).toBe(true);
  expect(readdirSync(dir).sort()).toEqual(before);
});

test('P6: a journal that a daemon holds is not replaced', async () => {
  backupJournal(file, copy);
  const journal = openSqliteJournal(file);
  expect(() => restore()).toThrow(expect.objectContaining({ code: 'locked' }));
  await journal.commit(batch({ accept: [begun(23)] }));
  await journal.close();
});

test('P9: a copy ends while commits continue, and is one state of them', async () => {
  const busy = writer(join(dir, 'busy.db'), 1_000_000);
  await busy.line('committed 200');
  for (const _ of range(1, 3)) {
    const made = backupJournal(join(dir, 'busy.db'), copy);
    expect(made.bytes).toBeGreaterThan(10_000);
  }
  const db = new Database(copy, { readonly: true });
  const [rows, head] = ['SELECT count(*) FROM command', 'SELECT last_seq FROM head'].map((sql) =>
    db.prepare(sql).pluck().get(),
  );
  db.close();
  expect(rows).toBe(head);
  expect(readdirSync(dir).filter((name) => name.includes('.part'))).toEqual([]);
});

test('a copy in the place of the journal, and one of nothing, are refused', () => {
  const refused = expect.objectContaining({ code: 'denied' });
  expect(() => backupJournal(file, file)).toThrow(refused);
  expect(() => backupJournal(join(dir, 'none.db'), copy)).toThrow(refused);
  expect(existsSync(copy)).toBe(false);
  expect(() => backupJournal(file, join(dir, 'no', 'folder.db'))).toThrow();
});
