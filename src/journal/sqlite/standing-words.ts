import type { Database } from 'better-sqlite3';
import { assertKeepable } from '../kept.ts';
import { prepareDrop } from './queries/drop.ts';
import { prepareKeep } from './queries/keep.ts';
import { prepareKept } from './queries/kept.ts';

/** Small texts by name, each change a transaction of its own. */
export class StandingWords {
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
