import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SqliteJournal } from '../../src/journal/sqlite/journal.ts';
import { connect } from '../../src/journal/sqlite/open/connection.ts';
import { openSqliteJournal } from '../../src/journal/sqlite/open/open.ts';
import { writer } from './support/child.ts';
import { scratch } from './support/driver.ts';
import { batch, begun, range, settleAll } from './support/writes.ts';

let dir: string;
let file: string;

beforeEach(() => {
  dir = scratch();
  file = join(dir, 'journal.db');
});

afterEach(() => rmSync(dir, { recursive: true }));

test('P10: a full disk refuses the batch whole, and the journal continues when there is room', async () => {
  const connection = connect(file);
  const journal = new SqliteJournal(connection);
  await settleAll(
    journal,
    range(1, 10).map((seq) => begun(seq)),
  );
  const before = await journal.head();
  const usual = connection.db.pragma('max_page_count', { simple: true }) as number;
  // SQLite answers SQLITE_FULL here exactly as when the file system has no room.
  const pages = connection.db.pragma('page_count', { simple: true }) as number;
  connection.db.pragma(`max_page_count = ${pages}`);
  const many = batch({ accept: range(11, 500).map((seq) => begun(seq, { nodes: ['new'] })) });
  for (const _ of range(1, 2)) {
    await expect(journal.commit(many)).rejects.toMatchObject({
      name: 'JournalError',
      code: 'full',
      retry: true,
      hint: expect.stringContaining('room'),
    });
    expect(await journal.head()).toEqual(before);
    expect(await journal.find('id-10')).toMatchObject({ state: 'committed' });
    expect(await journal.find('id-11')).toBeUndefined();
  }
  connection.db.pragma(`max_page_count = ${usual}`);
  await journal.commit(many);
  expect((await journal.head()).lastSeq).toBe(500);
  expect((await journal.find('id-500'))?.command.nodes).toEqual(['new']);
  await journal.close();
});

test('P3: a disk that fails a write is not trusted again; what was said before is there', async () => {
  const child = writer(file, 2_000, 512 * 1_024);
  const holds = await child.line('holds');
  const detail = await child.kill();
  const firstFailure = detail.findIndex((line) => line.startsWith('failed'));
  expect(firstFailure).toBeGreaterThan(10);
  // From the first failure on everything is refused, with the same word.
  expect(new Set(detail.slice(firstFailure, -1))).toEqual(new Set(['failed io']));
  expect(detail.slice(firstFailure, -1).length).toBeGreaterThan(100);
  const committed = firstFailure - 1;
  expect(holds).toBe(`holds ${committed}`);
  const journal = openSqliteJournal(file);
  const { lastSeq, openCount } = await journal.head();
  expect(lastSeq).toBeGreaterThanOrEqual(committed);
  expect(openCount).toBe(lastSeq);
  await journal.commit(batch({ accept: [begun(lastSeq + 1)] }));
  await journal.close();
});

test('P3: a journal that read rubbish once takes nothing more until it is opened again', async () => {
  const journal = openSqliteJournal(file);
  await settleAll(
    journal,
    range(1, 10).map((seq) => begun(seq)),
  );
  await journal.close();
  const mend = spoil('command_id');
  const spoiled = openSqliteJournal(file);
  const commit = () => spoiled.commit(batch({ accept: [begun(11)] }));
  await expect(commit()).rejects.toMatchObject({ code: 'corrupt', retry: false });
  mend();
  await expect(commit()).rejects.toMatchObject({ code: 'corrupt' });
  await expect(spoiled.prune({ lived: 0, retentionMs: 0, limit: 1 })).rejects.toMatchObject({
    code: 'corrupt',
  });
  // Readable data can still be read, to find the cause.
  expect((await spoiled.head()).lastSeq).toBe(10);
  await spoiled.close();
  const mended = openSqliteJournal(file);
  await mended.commit(batch({ accept: [begun(11)] }));
  expect((await mended.head()).lastSeq).toBe(11);
  await mended.close();
});

/** Overwrites the first page of an index; returns a function that restores it. */
function spoil(index: string): () => void {
  const db = new Database(file);
  const pageBytes = db.pragma('page_size', { simple: true }) as number;
  const root = db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck();
  const at = ((root.get(index) as number) - 1) * pageBytes;
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
  const good = readFileSync(file).subarray(at, at + pageBytes);
  const put = (bytes: Uint8Array): void => {
    const handle = openSync(file, 'r+');
    writeSync(handle, bytes, 0, pageBytes, at);
    closeSync(handle);
  };
  put(new Uint8Array(pageBytes).fill(0xff));
  return () => put(good);
}

test("P9: another program's write transaction is waited for a moment, then reported", async () => {
  const journal = openSqliteJournal(file);
  const other = new Database(file);
  other.exec('BEGIN IMMEDIATE');
  const from = performance.now();
  await expect(journal.commit(batch({ accept: [begun(1)] }))).rejects.toMatchObject({
    code: 'busy',
    retry: true,
  });
  expect(performance.now() - from).toBeLessThan(3_000);
  other.exec('ROLLBACK');
  await journal.commit(batch({ accept: [begun(1)] }));
  expect((await journal.head()).openCount).toBe(1);
  other.close();
  await journal.close();
});
