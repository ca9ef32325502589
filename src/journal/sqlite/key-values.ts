/** Small named values that the daemon keeps in the journal. */
import type { Database, Statement } from 'better-sqlite3';
import { assertKeepable } from '../kept.ts';

/** Small texts by name, each change a transaction of its own. */
export class KeyValues {
  readonly #keep;
  readonly #drop;
  readonly #kept;

  constructor(db: Database) {
    this.#keep = prepareKeep(db);
    this.#drop = prepareDrop(db);
    this.#kept = prepareKept(db);
  }

  keep(name: string, value: string | undefined): void {
    assertKeepable(name, value);
    if (value === undefined) this.#drop.run(name);
    else this.#keep.run(name, value);
  }

  all(): ReadonlyMap<string, string> {
    return new Map(this.#kept.all());
  }
}

export function prepareKeep(db: Database): Statement<[name: string, value: string]> {
  return db.prepare(
    `INSERT INTO kept (name, value) VALUES (?, ?)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
  );
}

export function prepareDrop(db: Database): Statement<[name: string]> {
  return db.prepare('DELETE FROM kept WHERE name = ?');
}

export function prepareKept(db: Database): Statement<[], [name: string, value: string]> {
  return db.prepare<[], [string, string]>('SELECT name, value FROM kept').raw();
}
