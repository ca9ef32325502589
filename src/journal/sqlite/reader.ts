/** The queries of the journal: each answer is bounded by the caller's limit, none of them locks. */
import type { Database } from 'better-sqlite3';
import { JournalError } from '../errors.ts';
import type {
  JournalHead,
  LatestSettled,
  RecoverableCommand,
  StoredCommand,
  StoredLoose,
} from '../port.ts';
import { latestOf } from '../stored/latest-settled.ts';
import type { CommandRow, EntryRow } from './columns.ts';
import {
  prepareCountOpen,
  prepareFind,
  prepareKeys,
  prepareLoadEntries,
  prepareLoadLoose,
  prepareLoadOpen,
  prepareSettledOfKey,
} from './reads.ts';
import type { Head } from './sums/head.ts';
import type { RowReader } from './sums/row-reader.ts';

/** Commands of one key that are read, of each half of its index; thousands of refused ones may stand there. */
const LOOKED_BACK = 100;

export class Reader {
  readonly #rows: RowReader;
  readonly #headRow: Head;
  readonly #onDamage: (error: JournalError) => void;
  readonly #countOpen;
  readonly #loadOpen;
  readonly #loadEntries;
  readonly #loadLoose;
  readonly #find;
  readonly #settledOfKey;
  readonly #keys;

  constructor(
    db: Database,
    parts: {
      readonly rows: RowReader;
      readonly head: Head;
      /** The latest commands of a key could not be read: they are as unknown as pruned ones. */
      readonly onDamage: (error: JournalError) => void;
    },
  ) {
    this.#rows = parts.rows;
    this.#headRow = parts.head;
    this.#onDamage = parts.onDamage;
    this.#countOpen = prepareCountOpen(db);
    this.#loadOpen = prepareLoadOpen(db);
    this.#loadEntries = prepareLoadEntries(db);
    this.#loadLoose = prepareLoadLoose(db);
    this.#find = prepareFind(db);
    this.#settledOfKey = prepareSettledOfKey(db);
    this.#keys = prepareKeys(db);
  }

  head(): JournalHead {
    const { lastSeq, lastToken, lived } = this.#headRow.read();
    const openCount = this.#countOpen.get() ?? 0;
    return { lastSeq, lastToken: lastToken ?? undefined, openCount, lived };
  }

  load(after: number, limit: number): readonly RecoverableCommand[] {
    const rows = this.#loadOpen.all(after, limit);
    const entries = new Map<number, EntryRow[]>();
    for (const entry of this.#loadEntries.all(after, limit)) {
      const own = entries.get(entry.seq);
      if (own === undefined) entries.set(entry.seq, [entry]);
      else own.push(entry);
    }
    return needed(() => rows.map((row) => this.#rows.open(row, entries.get(row.seq) ?? [])));
  }

  loadLoose(after: number, limit: number): readonly StoredLoose[] {
    const rows = this.#loadLoose.all(after, limit);
    return needed(() =>
      rows.map((row) => {
        const { settlement } = this.#rows.stored(row);
        return { seq: row.seq, groupId: row.group_id, loose: settlement?.loose ?? {} };
      }),
    );
  }

  find(id: string): StoredCommand | undefined {
    const row = this.#find.get(id);
    return row === undefined ? undefined : this.#rows.stored(row);
  }

  tokens(groupIds: readonly string[]): ReadonlyMap<string, Readonly<Record<string, string>>> {
    return this.#byKey(groupIds, (groupId) => {
      const row = this.#settledOfKey.get(groupId, 1, Number.MAX_SAFE_INTEGER);
      return row && (this.#rows.stored(row).settlement?.tokens ?? {});
    });
  }

  latestSettled(groupIds: readonly string[]): ReadonlyMap<string, LatestSettled> {
    return this.#byKey(groupIds, (groupId) => {
      const word = this.#latestSettledOf(groupId);
      return Object.keys(word).length === 0 ? undefined : word;
    });
  }

  keys(after: string, limit: number): readonly string[] {
    return this.#keys.all(after, limit);
  }

  #byKey<Value>(
    groupIds: readonly string[],
    read: (groupId: string) => Value | undefined,
  ): ReadonlyMap<string, Value> {
    const values = new Map<string, Value>();
    for (const groupId of groupIds) {
      try {
        const value = read(groupId);
        if (value !== undefined) values.set(groupId, value);
      } catch (error) {
        if (!isDamaged(error)) throw error;
        this.#onDamage(error);
      }
    }
    return values;
  }

  #latestSettledOf(groupId: string): LatestSettled {
    return latestOf(this.#newestFirst(groupId), (row) => this.#rows.stored(row));
  }

  /** Settled commands of a key: both halves of the index, each from its end. */
  *#newestFirst(groupId: string): Generator<CommandRow> {
    const half = (marked: 0 | 1) => {
      let left = LOOKED_BACK;
      return (below: number) =>
        left-- > 0 ? this.#settledOfKey.get(groupId, marked, below) : undefined;
    };
    const [nextMarked, nextOther] = [half(1), half(0)];
    let marked = nextMarked(Number.MAX_SAFE_INTEGER);
    let other = nextOther(Number.MAX_SAFE_INTEGER);
    while (marked !== undefined || other !== undefined) {
      if (marked !== undefined && marked.seq > (other?.seq ?? 0)) {
        yield marked;
        marked = nextMarked(marked.seq);
      } else if (other !== undefined) {
        yield other;
        other = nextOther(other.seq);
      }
    }
  }
}

function isDamaged(error: unknown): error is JournalError {
  return error instanceof JournalError && error.code === 'damaged';
}

/** The daemon cannot work without these rows (P1, P4): it is not to start. */
function needed<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    if (!isDamaged(cause)) throw cause;
    throw new JournalError(cause.message, { code: 'corrupt', cause });
  }
}
