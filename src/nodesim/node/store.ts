/**
 * The records of one node: a map in memory, and an SQLite file with the same content.
 *
 * Reads come from memory. A change shows in memory at once; all changes of one event-loop turn are
 * written in one transaction. An answer that depends on a change must wait for `afterCommit`, so
 * every answer is still true after a kill -9. (WAL with synchronous=NORMAL: a commit is with the
 * operating system; a power cut may lose the latest ones.)
 *
 * Keys are unique in memory, so the table needs no unique index: with one a row costs 26 µs, with
 * rising integer ids 2. An exclusive lock refuses a second process on the same file.
 */
import { lstatSync } from 'node:fs';
import Database from 'better-sqlite3';
import { KeyDigest } from './key-digest.ts';
import { SortedKeys } from './sorted-keys.ts';

const WRITES_A_BATCH_MAX = 1000;
const WAL_PAGES_MAX = 4000;

interface StoredRecord {
  readonly id: number;
  /** The owner mark, in seconds; null if the record was created without one. */
  readonly timestamp: number | null;
}

type Write =
  | { readonly kind: 'insert'; readonly id: number; key: string; timestamp: number | null }
  | { readonly kind: 'delete'; readonly id: number }
  | { readonly kind: 'clear' };

export class Store {
  readonly #database: Database.Database;
  readonly #begin: Database.Statement;
  readonly #commit: Database.Statement;
  readonly #insert: Database.Statement;
  readonly #delete: Database.Statement;
  readonly #clear: Database.Statement;
  readonly #records = new Map<string, StoredRecord>();
  readonly #onCommit: () => void;
  #digest = new KeyDigest();
  /** Built by the first list call, because most nodes are never listed. */
  #sorted: SortedKeys | undefined;
  #writes: Write[] = [];
  #lastId = 0;

  /** Opens or makes the file and loads it. Throws SQLITE_BUSY if another process holds it. */
  constructor(file: string, onCommit: () => void) {
    this.#onCommit = onCommit;
    this.#database = openDatabase(file);
    const prepare = (sql: string): Database.Statement => this.#database.prepare(sql);
    this.#begin = prepare('BEGIN IMMEDIATE');
    this.#commit = prepare('COMMIT');
    this.#insert = prepare('INSERT INTO records (id, group_id, timestamp) VALUES (?, ?, ?)');
    this.#delete = prepare('DELETE FROM records WHERE id = ?');
    this.#clear = prepare('DELETE FROM records');
    this.#load();
  }

  get count(): number {
    return this.#records.size;
  }

  /** Equal on two nodes if they hold the same keys; otherwise equal by accident only. */
  get digest(): string {
    return this.#digest.text();
  }

  /** Whether some changes are not in the file yet. */
  get dirty(): boolean {
    return this.#writes.length > 0;
  }

  find(key: string): StoredRecord | undefined {
    return this.#records.get(key);
  }

  /** The key must not exist yet. */
  insert(key: string, timestamp: number | null): void {
    const id = ++this.#lastId;
    this.#records.set(key, { id, timestamp });
    this.#digest.toggle(key);
    this.#sorted?.add(key);
    this.#write({ kind: 'insert', id, key, timestamp });
  }

  remove(key: string): void {
    const record = this.#records.get(key);
    if (record === undefined) return;
    this.#records.delete(key);
    this.#digest.toggle(key);
    this.#sorted?.remove(key);
    this.#write({ kind: 'delete', id: record.id });
  }

  clear(): void {
    this.#records.clear();
    this.#digest = new KeyDigest();
    this.#sorted = undefined;
    this.#write({ kind: 'clear' });
  }

  /** Keys after `after` in binary order, at most `limit`. */
  page(after: string | undefined, limit: number): string[] {
    this.#sorted ??= new SortedKeys(this.#records.keys());
    return this.#sorted.page(after, limit);
  }

  /** Writes all gathered changes. Throws if the file can't be written; the node must then stop. */
  commit(): void {
    if (this.#writes.length === 0) return;
    const writes = this.#writes;
    this.#writes = [];
    this.#begin.run();
    for (const write of writes) {
      if (write.kind === 'insert') this.#insert.run(write.id, write.key, write.timestamp);
      else if (write.kind === 'delete') this.#delete.run(write.id);
      else this.#clear.run();
    }
    this.#commit.run();
    this.#onCommit();
  }

  close(): void {
    this.commit();
    this.#database.close();
  }

  #write(write: Write): void {
    this.#writes.push(write);
    // One commit after all requests of this event-loop turn.
    if (this.#writes.length === 1) setImmediate(() => this.commit());
    if (this.#writes.length >= WRITES_A_BATCH_MAX) this.commit();
  }

  #load(): void {
    const rows = this.#database.prepare('SELECT id, group_id, timestamp FROM records ORDER BY id');
    for (const row of rows.iterate()) {
      const { id, group_id: key, timestamp } = row as StoredRecord & { group_id: string };
      this.#records.set(key, { id, timestamp });
      this.#digest.toggle(key);
      this.#lastId = id;
    }
  }
}

/** SQLite opens them by their names, and follows links. */
function refuseLinks(file: string): void {
  for (const each of [file, `${file}-wal`, `${file}-shm`]) {
    const isLink = lstatSync(each, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    if (isLink) throw new Error(`${each} is a link, which is not followed`);
  }
}

function openDatabase(file: string): Database.Database {
  refuseLinks(file);
  const database = new Database(file, { timeout: 0 });
  try {
    database.pragma('locking_mode = EXCLUSIVE');
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = NORMAL');
    database.pragma(`wal_autocheckpoint = ${WAL_PAGES_MAX}`);
    database.exec(
      `CREATE TABLE IF NOT EXISTS records (
         id INTEGER PRIMARY KEY, group_id TEXT NOT NULL, timestamp REAL
       ) STRICT`,
    );
    // Holds the lock as long as the file is open.
    database.exec('BEGIN IMMEDIATE; COMMIT');
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}
