/** Acts of operators in a journal that was damaged: each damaged one is named, and nothing else stops. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkFile } from '../../src/journal/sqlite/files/check.ts';
import { openSqliteJournal } from '../../src/journal/sqlite/open/open.ts';
import { scratch } from './support/driver.ts';

const ACT = { kind: 'cancel', at: 1.5, lived: 10, isProven: true, door: 'zeromq' } as const;

let dir: string;
let file: string;

beforeEach(async () => {
  dir = scratch();
  file = join(dir, 'journal.db');
  const journal = openSqliteJournal(file);
  const begin = [{ ...ACT, by: 'ann', on: 'a' }, { ...ACT, filter: '{"stuck":true}' }, ACT];
  await journal.noteActs({ begin, end: [] });
  const results = { rolled_back: 3 };
  await journal.noteActs({ begin: [], end: [{ number: 2, outcome: 'done', matched: 3, results }] });
  await journal.close();
});

afterEach(() => rmSync(dir, { recursive: true }));

function damage(sql: string): void {
  const db = new Database(file);
  db.exec(sql);
  db.close();
}

test('sound acts are found sound', () => {
  expect(checkFile(file)).toMatchObject({ faults: [] });
});

test.each([
  `at = at + 1`,
  `lived = 11`,
  `kind = 'retry'`,
  `kind = 'dance'`,
  `who = 'bob'`,
  `proven = 0`,
  `door = 'http'`,
  `target = 'b'`,
  `filter = '{}'`,
  `outcome = 'refused'`,
  `error = 'busy'`,
  `matched = 4`,
  `results = '{"rolled_back":4}'`,
  `begin_sum = begin_sum + 1`,
  `begin_sum = NULL`,
  `end_sum = NULL`,
  `begin_sum = NULL, end_sum = NULL, who = 'bob'`,
])('P10: an act with %s is named, and those before it are listed', async (change) => {
  damage(`UPDATE act SET ${change} WHERE number = 2`);
  const named = /^act 2 cannot be read back: /;
  expect(checkFile(file).faults).toMatchObject([
    { what: 'act', seq: 2, message: expect.stringMatching(named) as string, isFatal: false },
  ]);
  const journal = openSqliteJournal(file);
  await expect(journal.acts({}, undefined, 10)).rejects.toMatchObject({ code: 'damaged' });
  expect((await journal.acts({}, 2, 10)).acts).toMatchObject([{ number: 1, by: 'ann' }]);
  expect(await journal.noteActs({ begin: [ACT], end: [] })).toEqual([4]);
  expect(await journal.pruneActs({ lived: 1000, retentionMs: 1, limit: 10 })).toBe(4);
  await journal.close();
});

test('acts of the schema before checksums are parsed only', async () => {
  damage('UPDATE act SET begin_sum = NULL, end_sum = NULL');
  const journal = openSqliteJournal(file);
  expect((await journal.acts({}, undefined, 10)).acts).toHaveLength(3);
  await journal.noteActs({ begin: [], end: [{ number: 1, outcome: 'done' }] });
  expect((await journal.acts({ outcome: 'done' }, undefined, 10)).acts).toHaveLength(2);
  await journal.close();
});

test.each([`filter = '{'`, `filter = '7'`, `at = 9e15`])(
  'P10: one without checksums and with %s is named',
  async (change) => {
    damage(`UPDATE act SET ${change}, begin_sum = NULL WHERE number = 2`);
    expect(checkFile(file).faults).toMatchObject([{ what: 'act', seq: 2 }]);
    const journal = openSqliteJournal(file);
    await expect(journal.acts({}, undefined, 10)).rejects.toMatchObject({ code: 'damaged' });
    await journal.close();
  },
);
