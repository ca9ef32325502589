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
  MARKED_OF_KEY,
  SETTLED_OF_KEY,
} from './reads.ts';

/** Commands of one key that are read: hundreds that failed may stand before the latest committed one. */
const LOOKED_BACK = 100;

export interface ReaderOptions {
  readonly query: (text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;
  readonly clusters: Clusters;
  readonly seat: number;
  /** The latest commands of a key could not be read: they are as unknown as pruned ones. */
  readonly onDamage: (error: JournalError) => void;
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
    return this.#byKey(groupIds, async (groupId) => {
      const [row] = await this.#options.query(MARKED_OF_KEY, [groupId]);
      return row && (this.stored(row).settlement?.tokens ?? {});
    });
  }

  latestSettled(groupIds: readonly string[]): Promise<ReadonlyMap<string, LatestSettled>> {
    return this.#byKey(groupIds, async (groupId) => {
      const rows = await this.#options.query(SETTLED_OF_KEY, [groupId, LOOKED_BACK]);
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
    groupIds: readonly string[],
    read: (groupId: string) => Promise<Value | undefined>,
  ): Promise<ReadonlyMap<string, Value>> {
    const values = new Map<string, Value>();
    for (const groupId of groupIds.filter(isStorable)) {
      try {
        const value = await read(groupId);
        if (value !== undefined) values.set(groupId, value);
      } catch (error) {
        if (!isDamaged(error)) throw error;
        this.#options.onDamage(error);
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
