import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SqliteJournal } from '../../src/journal/sqlite/journal.ts';
import { connect, type JournalConnection } from '../../src/journal/sqlite/open/connection.ts';
import { WAL_BOUND_BYTES } from '../../src/journal/sqlite/upkeep.ts';
import { scratch } from './support/driver.ts';
import { aSettlement, batch, begun, pruneUpTo, range, settleAll } from './support/writes.ts';

let dir: string;
let file: string;
let connection: JournalConnection;
let journal: SqliteJournal;

beforeEach(() => {
  dir = scratch();
  file = join(dir, 'journal.db');
  connection = connect(file);
  journal = new SqliteJournal(connection);
});

afterEach(async () => {
  await journal.close();
  rmSync(dir, { recursive: true });
});

const walBytes = (): number => statSync(`${file}-wal`).size;

async function turn(seq: number): Promise<void> {
  await journal.commit(batch({ accept: [begun(seq)] }));
  await journal.commit(batch({ settle: [{ seq, settlement: aSettlement() }] }));
}

/** Bytes by which one turn makes a WAL longer that is never checkpointed. */
async function growthOfOneTurn(): Promise<number> {
  const usual = connection.db.pragma('wal_autocheckpoint', { simple: true }) as number;
  connection.db.pragma('wal_autocheckpoint = 0');
  const from = walBytes();
  for (const seq of range(1, 1_000)) await turn(seq);
  connection.db.pragma(`wal_autocheckpoint = ${usual}`);
  return (walBytes() - from) / 1_000;
}

/** Opens a read transaction and keeps it until it is closed. */
function reader(): Database.Database {
  const db = new Database(file, { readonly: true });
  db.exec('BEGIN');
  db.prepare('SELECT COUNT(*) FROM head').get();
  return db;
}

test('P9: the WAL stays bounded over tens of thousands of commits with readers now and then', async () => {
  // Only lengths are measured; a sync of each commit would just make it slower.
  connection.db.pragma('synchronous = OFF');
  const unboundedBytes = (await growthOfOneTurn()) * 20_000;
  expect(unboundedBytes).toBeGreaterThan(5 * WAL_BOUND_BYTES);
  let highest = 0;
  let reading: Database.Database | undefined;
  for (const seq of range(1_001, 21_000)) {
    if (seq % 2_000 === 500) reading = reader();
    if (seq % 2_000 === 1_000) reading?.close();
    await turn(seq);
    if (seq % 500 === 0) {
      await journal.tidy();
      highest = Math.max(highest, walBytes());
    }
  }
  expect(highest).toBeLessThan(WAL_BOUND_BYTES);
});

test('P9: a WAL that a reader made long is cut once the reader has gone', async () => {
  const bounds = { upkeep: { walBytes: 400_000, freePagesKept: 0 } };
  await journal.close();
  connection = connect(file);
  journal = new SqliteJournal(connection, bounds);
  await settleAll(journal, [begun(1)]);
  const reading = reader();
  await settleAll(
    journal,
    range(2, 2_000).map((seq) => begun(seq)),
  );
  expect(walBytes()).toBeGreaterThan(bounds.upkeep.walBytes);
  // P10: while it cannot be cut, that is reported.
  await expect(journal.tidy()).rejects.toMatchObject({
    code: 'busy',
    retry: true,
    hint: expect.stringContaining('keeps a read transaction'),
  });
  await settleAll(journal, [begun(3_000)]);
  reading.close();
  await journal.tidy();
  expect(walBytes()).toBe(0);
  expect((await journal.head()).lastSeq).toBe(3_000);
});

test('pages that pruning freed are given back in small steps, some are kept', async () => {
  await settleAll(
    journal,
    range(1, 20_000).map((seq) => begun(seq)),
  );
  while ((await pruneUpTo(journal, 0, 1_000)) > 0);
  const free = (): number => connection.db.pragma('freelist_count', { simple: true }) as number;
  const seen = [free()];
  for (;;) {
    await journal.tidy();
    const now = free();
    if (now === seen.at(-1)) break;
    expect((seen.at(-1) ?? 0) - now).toBeLessThanOrEqual(256);
    seen.push(now);
  }
  expect(seen.length).toBeGreaterThan(3);
  expect(seen.at(-1)).toBe(1_024);
});
