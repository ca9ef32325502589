import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openJournal } from '../../src/journal/open.ts';
import { MIGRATIONS } from '../../src/journal/sqlite/migrations/index.ts';
import { inspect, migrate } from '../../src/journal/sqlite/open/migrate.ts';
import { openSqliteJournal } from '../../src/journal/sqlite/open/open.ts';
import { scratch } from './support/driver.ts';
import { batch, begun } from './support/writes.ts';

const NEWEST = MIGRATIONS.at(-1)?.version ?? 0;

let dir: string;
let file: string;

beforeEach(() => {
  dir = scratch();
  file = join(dir, 'journal.db');
});

afterEach(() => rmSync(dir, { recursive: true }));

async function written(): Promise<void> {
  const journal = openSqliteJournal(file);
  await journal.commit(batch({ accept: [begun(1), begun(2)] }));
  await journal.close();
}

async function openCount(): Promise<number> {
  const journal = openSqliteJournal(file);
  const { openCount: count } = await journal.head();
  await journal.close();
  return count;
}

test('migrations are numbered from 1 without a gap', () => {
  expect(MIGRATIONS.map((step) => step.version)).toEqual(MIGRATIONS.map((_, index) => index + 1));
});

test('opening a journal again applies nothing and keeps everything', async () => {
  await written();
  const db = new Database(file);
  expect(migrate(db)).toBe(0);
  expect(inspect(db)).toBe(NEWEST);
  db.close();
  expect(await openCount()).toBe(2);
});

test('L4: a new journal is made in one transaction, with signs of life around it: its disk may be slow', async () => {
  const statements: unknown[] = [];
  const db = new Database(file, { verbose: (statement) => statements.push(statement) });
  expect(migrate(db)).toBe(MIGRATIONS.length);
  expect(statements.filter((statement) => statement === 'COMMIT')).toHaveLength(1);
  db.close();
  rmSync(file);
  let steps = 0;
  await openSqliteJournal(file, { onStep: () => steps++ }).close();
  expect(steps).toBe(3);
});

test('a further step is applied once to a journal with data, and keeps the data', async () => {
  await written();
  const sql = `ALTER TABLE command ADD COLUMN actor TEXT; UPDATE command SET actor = 'x';`;
  const steps = [...MIGRATIONS, { version: NEWEST + 1, name: 'actor', sql }];
  const db = new Database(file);
  expect(migrate(db, steps)).toBe(1);
  expect(migrate(db, steps)).toBe(0);
  expect(db.prepare('SELECT id, actor FROM command ORDER BY seq').raw().all()).toEqual([
    ['id-1', 'x'],
    ['id-2', 'x'],
  ]);
  db.close();
});

test('P10: a version that knows no short settlements refuses a journal that may hold some', () => {
  const db = new Database(file);
  migrate(db);
  expect(() => inspect(db, MIGRATIONS.slice(0, 2))).toThrow('is of a newer lockstep');
  db.close();
});

test('a journal of the first version is brought up to this one with all it holds', async () => {
  const db = new Database(file);
  migrate(db, MIGRATIONS.slice(0, 1));
  db.exec(`INSERT INTO cluster (id, nodes) VALUES (1, '["node01"]');
    INSERT INTO command (seq, id, op, group_id, ensure, lane, token, cluster, accepted_at, deadline_at, state)
    VALUES (1, 'id-1', 'create', 'k', 0, 'bulk', '1.000001', 1, 1, 2, 'accepted');
    INSERT INTO command (seq, id, op, group_id, ensure, lane, token, cluster, accepted_at, deadline_at, state,
      settled_at, settlement)
    VALUES (2, 'id-2', 'create', 'l', 0, 'bulk', '1.000002', 1, 1, 2, 'committed', 3,
      '{"kind":"settled","at":3,"state":"committed","nodes":{"node01":{"state":"present","attempts":1}}}')`);
  db.close();
  const journal = openSqliteJournal(file);
  expect((await journal.find('id-2'))?.settlement).toEqual({
    kind: 'settled',
    at: 3,
    state: 'committed',
    nodes: { node01: { state: 'present', attempts: 1 } },
  });
  expect(await journal.find('id-1')).toMatchObject({ command: { nodes: ['node01'] } });
  await journal.keep('a', 'b');
  expect(await journal.kept()).toEqual(new Map([['a', 'b']]));
  await journal.close();
});

test('P5: large records that open commands found move to a table of their own', async () => {
  const db = new Database(file);
  migrate(db, MIGRATIONS.slice(0, 8));
  const insert =
    db.prepare(`INSERT INTO command (seq, id, op, group_id, ensure, lane, token, cluster, accepted_at,
    deadline_at, state, began_at, settled_at, settlement) VALUES (?, ?, 'delete', 'k', 0, 'bulk', '1.5', 1, 1, 2, ?, 1, ?, ?)`);
  const entry = db.prepare(
    `INSERT INTO entry (seq, n, kind, at, body) VALUES (?, 1, 'began', 1, ?)`,
  );
  db.exec(`INSERT INTO cluster (id, nodes) VALUES (1, '["node01","node 2"]')`);
  const large = `ü"\n${'x'.repeat(300)}`;
  const found = (body: string) => ({ presence: 'present', body, shown: false });
  const findings = { node01: found('{}'), 'node 2': found(large) };
  for (const seq of [1, 2, 3]) {
    const isOpen = seq !== 2;
    insert.run(
      seq,
      `id-${seq}`,
      isOpen ? 'applying' : 'committed',
      isOpen ? null : 3,
      isOpen ? null : '{}',
    );
    // SQLite would end a text at this character.
    const body = seq === 3 ? findings.node01.body + '\u0000'.repeat(300) : large;
    entry.run(seq, JSON.stringify({ findings: { ...findings, 'node 2': found(body) } }));
  }
  db.close();
  const journal = openSqliteJournal(file);
  const [moved, left] = await journal.load(0, 10);
  const stored = { presence: 'present', shown: false, stored: true };
  expect(moved?.entries).toEqual([
    { kind: 'began', at: 1, findings: { node01: found('{}'), 'node 2': stored } },
  ]);
  expect(await journal.foundBody(1, 'node 2')).toBe(large);
  expect(await journal.foundBody(2, 'node 2')).toBeUndefined();
  expect(left?.entries[0]).toMatchObject({
    findings: { 'node 2': { body: `{}${'\u0000'.repeat(300)}` } },
  });
  await journal.close();
});

test('a step that fails leaves the journal as it was', async () => {
  await written();
  const sql = 'DELETE FROM command; SELECT no_such_function();';
  const db = new Database(file);
  const steps = [...MIGRATIONS, { version: NEWEST + 1, name: 'bad', sql }];
  expect(() => migrate(db, steps)).toThrow('no_such_function');
  db.close();
  expect(await openCount()).toBe(2);
});

test('a journal of a newer version is refused and not touched', async () => {
  await written();
  const db = new Database(file);
  db.pragma(`user_version = ${NEWEST + 1}`);
  db.pragma('journal_mode = DELETE');
  db.close();
  const before = readFileSync(file);
  const versions = `schema version ${NEWEST + 1}, this lockstep knows ${NEWEST}`;
  await expect(openJournal(`sqlite:${file}`)).rejects.toMatchObject({
    name: 'JournalError',
    code: 'newer_schema',
    message: expect.stringContaining(versions),
    hint: expect.stringContaining('later'),
  });
  expect(readFileSync(file).equals(before)).toBe(true);
});

test("another program's database is refused and not touched", () => {
  const db = new Database(file);
  db.exec('CREATE TABLE theirs (x)');
  db.close();
  const before = readFileSync(file);
  expect(() => openSqliteJournal(file)).toThrow(expect.objectContaining({ code: 'foreign' }));
  expect(readFileSync(file).equals(before)).toBe(true);
});

test('a file that is no database is refused and not touched', () => {
  const text = 'to whom it may concern: '.repeat(100);
  writeFileSync(file, text);
  expect(() => openSqliteJournal(file)).toThrow(expect.objectContaining({ code: 'corrupt' }));
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test('a row that cannot be read back is reported as damaged, not as something else', async () => {
  await written();
  const db = new Database(file);
  db.exec(`UPDATE command SET state = 'committed', settled_at = 1, settlement = '{' WHERE seq = 1`);
  db.close();
  const journal = openSqliteJournal(file);
  await expect(journal.find('id-1')).rejects.toMatchObject({ code: 'damaged' });
  expect(await journal.find('id-2')).toBeDefined();
  await journal.close();
});
