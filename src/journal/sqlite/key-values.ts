/** Small named values that the daemon keeps in the journal. */
import type { Database, Statement } from 'better-sqlite3';
import { JournalError } from '../errors.ts';
import { assertKeepable } from '../kept.ts';
import type { Head } from './sums/head.ts';
import { keptSum, minus, plus } from './sums/row-sums.ts';

interface KeptRow {
  readonly name: string;
  readonly value: string;
  readonly sum: number | null;
}

/** Small texts by name, each change a transaction of its own. */
export class KeyValues {
  readonly #kept;
  readonly #head: Head;
  readonly #change;

  constructor(db: Database, head: Head) {
    this.#kept = prepareKept(db);
    this.#head = head;
    const [keep, drop, find] = [prepareKeep(db), prepareDrop(db), prepareFindKept(db)];
    this.#change = db.transaction((name: string, value: string | undefined) => {
      const before = find.get(name) ?? 0;
      const sum = value === undefined ? 0 : keptSum(name, value);
      if (value === undefined) drop.run(name);
      else keep.run(name, value, sum);
      if (sum === before) return;
      const now = head.read();
      head.write({ ...now, keptSum: plus(minus(now.keptSum, before), sum) });
    });
  }

  keep(name: string, value: string | undefined): void {
    assertKeepable(name, value);
    this.#change.immediate(name, value);
  }

  /** @throws JournalError `corrupt`: pauses, breakers and the end of the last run are among them */
  all(): ReadonlyMap<string, string> {
    let all = 0;
    const values = new Map<string, string>();
    for (const { name, value, sum } of this.#kept.all()) {
      if (sum !== keptSum(name, value))
        throw corrupt(`the value kept as ${name} does not match its checksum`);
      values.set(name, value);
      all = plus(all, sum);
    }
    if (all === this.#head.read().keptSum) return values;
    throw corrupt('a kept value (table kept) is missing');
  }
}

function corrupt(message: string): JournalError {
  return new JournalError(message, { code: 'corrupt' });
}

export function prepareKeep(db: Database): Statement<[name: string, value: string, sum: number]> {
  return db.prepare(
    `INSERT INTO kept (name, value, sum) VALUES (?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value, sum = excluded.sum`,
  );
}

export function prepareDrop(db: Database): Statement<[name: string]> {
  return db.prepare('DELETE FROM kept WHERE name = ?');
}

export function prepareFindKept(db: Database): Statement<[name: string], number> {
  return db.prepare<[string], number>('SELECT sum FROM kept WHERE name = ?').pluck();
}

export function prepareKept(db: Database): Statement<[], KeptRow> {
  return db.prepare('SELECT name, value, sum FROM kept');
}
