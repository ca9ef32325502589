import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SqliteJournal } from '../../src/journal/sqlite/journal.ts';
import { connect } from '../../src/journal/sqlite/open/connection.ts';
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

test('P2, P3: the connection that writes is in WAL mode and syncs every commit', async () => {
  const connection = connect(file);
  const journal = new SqliteJournal(connection);
  await journal.commit(batch({ accept: [begun(1)] }));
  const read = (name: string): unknown => connection.db.pragma(name, { simple: true });
  expect(read('synchronous')).toBe(2);
  expect(read('journal_mode')).toBe('wal');
  expect(read('auto_vacuum')).toBe(2);
  expect(read('foreign_keys')).toBe(1);
  expect(read('wal_autocheckpoint')).toBeGreaterThan(0);
  expect(read('journal_size_limit')).toBeGreaterThan(0);
  await journal.close();
});

test('P3: the data of a resolved commit is there after an immediate kill -9', async () => {
  for (const enough of [1, 40, 200]) {
    const path = join(dir, `killed-${enough}.db`);
    const child = writer(path, 1_000_000);
    await child.line(`committed ${enough}`);
    const detail = await child.kill();
    const committed = detail.filter((line) => line.startsWith('committed ')).length;
    expect(committed).toBeGreaterThanOrEqual(enough);
    const journal = openSqliteJournal(path);
    const { lastSeq, openCount } = await journal.head();
    // One more may be durable that it could not print.
    expect([committed, committed + 1]).toContain(lastSeq);
    expect(openCount).toBe(lastSeq);
    expect(await journal.load(0, lastSeq + 1)).toHaveLength(lastSeq);
    await journal.close();
  }
});

test('a missing folder is made, with those above it', async () => {
  const deep = join(dir, 'a', 'b', 'journal.db');
  const journal = openSqliteJournal(deep);
  await journal.commit(batch({ accept: [begun(1)] }));
  await journal.close();
  const again = openSqliteJournal(deep);
  expect((await again.head()).openCount).toBe(1);
  await again.close();
});

test('a place that cannot be written is refused with a hint', () => {
  expect(() => openSqliteJournal(join('/dev/null', 'journal.db'))).toThrow(
    expect.objectContaining({ code: 'denied', retry: false, hint: expect.stringContaining('own') }),
  );
});
