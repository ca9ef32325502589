/**
 * Lists commands newest first, by any mix of filters, in bounded time.
 *
 * A page reads at most {@link LOOKED_AT} rows of each source, so that a rare match in a long
 * history does not delay the coordinator (P9). A page may therefore be short, or empty, and still
 * name a `next`. The sources are the indexes that leave out the most; no row is in two of them.
 */
import type { Database } from 'better-sqlite3';
import type { SagaState } from '../../core/model.ts';
import { JournalError } from '../errors.ts';
import type { DamagedRow, ListFilter, ListPage, Moment, StoredCommand } from '../port.ts';
import type { CommandRow } from './columns.ts';
import {
  FAILED,
  HISTORY,
  listFloor,
  listPage,
  OPEN,
  ofIdPrefix,
  ofKey,
  type Source,
} from './list-query.ts';
import type { RowReader } from './sums/row-reader.ts';

/** Rows that one page reads: 20,000 take about 5 ms. */
const LOOKED_AT = 20_000;
/** Of a damaged row: no command has a longer id. */
const ID_MAX = 256;

const OPEN_STATES: readonly SagaState[] = ['accepted', 'applying', 'compensating'];
const FAILED_STATES: readonly SagaState[] = ['rolled_back', 'refused', 'abandoned'];

type Value = string | number;

interface Conditions {
  readonly sql: readonly string[];
  readonly values: readonly Value[];
}

/** The result of one source: its newest matches down to `floor`, below which nothing was read. */
interface Part {
  readonly rows: readonly CommandRow[];
  readonly floor: number;
}

/**
 * By either clock. A settled command has the time of its settlement: it was accepted before that.
 */
const BEFORE = '(accepted_at < ? OR lived < ?)';

/** The floor of a source that was read to its end. */
const BOTTOM = -1;

export class Listing {
  readonly #db: Database;
  readonly #reader: RowReader;
  readonly #lookedAt: number;

  constructor(db: Database, reader: RowReader, lookedAt = LOOKED_AT) {
    this.#db = db;
    this.#reader = reader;
    this.#lookedAt = lookedAt;
  }

  page(filter: ListFilter, before: number | undefined, limit: number): ListPage {
    const conditions = conditionsOf(filter);
    const below = before ?? Number.MAX_SAFE_INTEGER;
    const parts = sourcesOf(filter).map((source) => {
      const floor = this.#floor(source, below);
      return { floor, rows: this.#rows(source, conditions, [below, floor, limit + 1]) };
    });
    return this.#merged(parts, limit);
  }

  #floor(source: Source, below: number): number {
    const statement = this.#db.prepare<Value[], number>(listFloor(source)).pluck();
    return statement.get(...source.values, below, this.#lookedAt) ?? BOTTOM;
  }

  #rows(source: Source, conditions: Conditions, range: readonly number[]): CommandRow[] {
    const statement = this.#db.prepare<Value[], CommandRow>(listPage(source, conditions.sql));
    return statement.all(...source.values, ...conditions.values, ...range);
  }

  #merged(parts: readonly Part[], limit: number): ListPage {
    const floor = Math.max(BOTTOM, ...parts.map((part) => part.floor));
    const rows = parts.flatMap((part) => part.rows).filter((row) => row.seq > floor);
    const shown = rows.sort((a, b) => b.seq - a.seq).slice(0, limit);
    const read = this.#read(shown);
    const last = shown.at(-1);
    if (rows.length > limit && last !== undefined) return { ...read, next: last.seq };
    return floor === BOTTOM ? read : { ...read, next: floor + 1 };
  }

  /** One damaged row hides no other. */
  #read(rows: readonly CommandRow[]): Pick<ListPage, 'commands' | 'damaged'> {
    const commands: StoredCommand[] = [];
    const damaged: DamagedRow[] = [];
    for (const row of rows) {
      const stored = this.#reader.storedOrDamaged(row);
      if (stored instanceof JournalError) {
        damaged.push({ id: row.id.slice(0, ID_MAX), error: stored });
      } else commands.push(stored);
    }
    return damaged.length === 0 ? { commands } : { commands, damaged };
  }
}

function sourcesOf({ groupId, idPrefix, states, stuck, parked }: ListFilter): readonly Source[] {
  const wants = (some: readonly SagaState[]): boolean =>
    states === undefined || some.some((state) => states.includes(state));
  if (idPrefix !== undefined) return [ofIdPrefix(idPrefix)];
  if (stuck === true || parked === true) return [OPEN];
  const open = wants(OPEN_STATES) ? [OPEN] : [];
  if (groupId !== undefined) return [...open, ...ofKey(groupId)];
  if (wants(['committed'])) return [HISTORY];
  return [...open, ...(wants(FAILED_STATES) ? [FAILED] : [])];
}

function conditionsOf(filter: ListFilter): Conditions {
  const sql: string[] = [];
  const values: Value[] = [];
  const add = (condition: string, ...given: readonly Value[]): void => {
    sql.push(condition);
    values.push(...given);
  };
  if (filter.states !== undefined) {
    add(`state IN (${filter.states.map(() => '?').join(', ')})`, ...filter.states);
  }
  if (filter.stuck !== undefined) add('stuck = ?', filter.stuck ? 1 : 0);
  if (filter.parked !== undefined) add(filter.parked ? 'held = 2' : 'held <> 2');
  if (filter.op !== undefined) add('op = ?', filter.op);
  if (filter.lane !== undefined) add('lane = ?', filter.lane);
  if (filter.groupId !== undefined) add('group_id = ?', filter.groupId);
  if (filter.node !== undefined) {
    const naming = 'SELECT cluster.id FROM cluster, json_each(cluster.nodes) AS one';
    add(`cluster IN (${naming} WHERE one.value = ?)`, filter.node);
  }
  if (filter.acceptedSince !== undefined) add(`NOT ${BEFORE}`, ...valuesOf(filter.acceptedSince));
  if (filter.acceptedBefore !== undefined) add(BEFORE, ...valuesOf(filter.acceptedBefore));
  return { sql, values };
}

function valuesOf({ at, lived }: Moment): readonly [number, number] {
  return [at, lived];
}
