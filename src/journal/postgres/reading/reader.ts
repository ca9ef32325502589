/** The queries of the journal: each answer is bounded by the caller's limit, none of them locks. */
import { formatToken } from '../../../core/token.ts';
import { JournalError } from '../../errors.ts';
import type {
  JournalHead,
  LatestSettled,
  RecoverableCommand,
  StoredCommand,
  StoredLoose,
} from '../../port.ts';
import { latestOf } from '../../stored/latest-settled.ts';
import { illegible } from '../../stored/legible.ts';
import { type EntryColumns, openOf, storedOf } from '../../stored/rows.ts';
import type { Clusters } from '../clusters.ts';
import type { Row } from '../link.ts';
import { isStorable } from '../storable.ts';
import {
  columnsOf,
  FIND,
  HEAD,
  KEYS,
  LOAD,
  LOAD_LOOSE,
  MARKED_OF_KEYS,
  SETTLED_OF_KEYS,
} from './reads.ts';

/**
 * Keys of one statement: 20,000 commands of each may be looked at, which takes 0.3 s a key. A statement that is not answered
 * in time would be sent again for ever.
 */
const KEYS_AT_ONCE = 4;
/** Commands of one key that are read: hundreds that failed may stand before the latest committed one. */
const LOOKED_BACK = 100;

export interface ReaderOptions {
  readonly query: (text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;
  readonly clusters: Clusters;
  readonly seat: number;
  /** Commands of a key that are looked at. */
  readonly lookedAt: number;
  /** The latest commands of a key could not be read: they are as unknown as pruned ones. */
  readonly onDamage: (error: JournalError) => void;
}

/** A statement about several keys, whose rows are those of a key together. */
interface OfKeys {
  readonly text: string;
  readonly groupIds: readonly string[];
  /** The parameters behind the keys. */
  readonly bounds: readonly number[];
}

export class Reader {
  readonly #options: ReaderOptions;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  async head(): Promise<JournalHead> {
    const [row] = await this.#options.query(HEAD, [this.#options.seat]);
    if (row === undefined) throw new JournalError('the seat is missing', { code: 'corrupt' });
    const lastSeq = Number(row['last_seq']);
    return {
      lastSeq,
      lastToken: lastSeq === 0 ? undefined : formatToken(Number(row['last_token'])),
      openCount: Number(row['open']),
      lived: Number(row['lived']),
    };
  }

  async load(after: number, limit: number): Promise<readonly RecoverableCommand[]> {
    const rows = await this.#options.query(LOAD, [after, limit]);
    return needed(() =>
      rows.map((row) => openOf(columnsOf(row), entriesOf(row), this.#options.clusters)),
    );
  }

  async loadLoose(after: number, limit: number): Promise<readonly StoredLoose[]> {
    const rows = await this.#options.query(LOAD_LOOSE, [after, limit]);
    return needed(() =>
      rows.map((row) => {
        const { command, settlement } = this.stored(row);
        return { seq: command.seq, groupId: command.groupId, loose: settlement?.loose ?? {} };
      }),
    );
  }

  async find(id: string): Promise<StoredCommand | undefined> {
    if (!isStorable(id)) return undefined;
    const [row] = await this.#options.query(FIND, [id]);
    return row && this.stored(row);
  }

  tokens(
    groupIds: readonly string[],
  ): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
    const bounds = [this.#options.lookedAt];
    return this.#byKey({ text: MARKED_OF_KEYS, groupIds, bounds }, ([row]) =>
      row === undefined ? undefined : (this.stored(row).settlement?.tokens ?? {}),
    );
  }

  latestSettled(groupIds: readonly string[]): Promise<ReadonlyMap<string, LatestSettled>> {
    const bounds = [LOOKED_BACK, this.#options.lookedAt];
    return this.#byKey({ text: SETTLED_OF_KEYS, groupIds, bounds }, (rows) => {
      const word = latestOf(rows.map(columnsOf), (row) => storedOf(row, this.#options.clusters));
      return Object.keys(word).length === 0 ? undefined : word;
    });
  }

  async keys(after: string, limit: number): Promise<readonly string[]> {
    return (await this.#options.query(KEYS, [after, limit])).map(({ key }) => String(key));
  }

  /** @throws JournalError `damaged` */
  stored(row: Row): StoredCommand {
    return storedOf(columnsOf(row), this.#options.clusters);
  }

  /** A row that is damaged ends no batch and hides no other. */
  storedOrDamaged(row: Row): StoredCommand | JournalError {
    try {
      return this.stored(row);
    } catch (error) {
      if (isDamaged(error)) return error;
      throw error;
    }
  }

  async #byKey<Value>(
    { text, groupIds, bounds }: OfKeys,
    read: (rows: readonly Row[]) => Value | undefined,
  ): Promise<ReadonlyMap<string, Value>> {
    const asked = [...new Set(groupIds)].filter(isStorable);
    const values = new Map<string, Value>();
    for (let from = 0; from < asked.length; from += KEYS_AT_ONCE) {
      const part = asked.slice(from, from + KEYS_AT_ONCE);
      const rows = await this.#options.query(text, [part, ...bounds]);
      for (const [groupId, own] of Map.groupBy(rows, (row) => String(row['group_id']))) {
        try {
          const value = read(own);
          if (value !== undefined) values.set(groupId, value);
        } catch (error) {
          if (!isDamaged(error)) throw error;
          this.#options.onDamage(error);
        }
      }
    }
    return values;
  }
}

function entriesOf({ seq, entries }: Row): readonly EntryColumns[] {
  if (entries === null) return [];
  const all: unknown = JSON.parse(String(entries));
  if (!Array.isArray(all)) throw illegible(Number(seq), 'its entries are no list');
  return all.map(([kind, at, body]) => ({ seq: Number(seq), kind, at, body }));
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
