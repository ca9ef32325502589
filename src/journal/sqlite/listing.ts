/**
 * Lists commands newest first, by any mix of filters, in bounded time.
 *
 * A page looks through {@link LOOKED_AT} rows at most, so that a rare match in a long history does
 * not hold the coordinator up (P9). A page may therefore be short, or empty, and still name a
 * `next`; the walk goes over the index that leaves out the most.
 */
import type { Database } from 'better-sqlite3';
import type { ListFilter, ListPage } from '../port.ts';
import type { Clusters } from './clusters.ts';
import { listFloor, listPage, type Source } from './queries/list.ts';
import { type CommandRow, storedOf } from './rows.ts';

/** Rows one page looks through: 20,000 take about 5 ms. */
export const LOOKED_AT = 20_000;

const OPEN = ['accepted', 'applying', 'compensating'];
const FAILED = ['rolled_back', 'refused', 'abandoned'];

type Value = string | number;

export class Listing {
  readonly #db: Database;
  readonly #clusters: Clusters;
  readonly #lookedAt: number;

  constructor(db: Database, clusters: Clusters, lookedAt = LOOKED_AT) {
    this.#db = db;
    this.#clusters = clusters;
    this.#lookedAt = lookedAt;
  }

  page(filter: ListFilter, before: number | undefined, limit: number): ListPage {
    const [source, keys] = sourceOf(filter);
    const [conditions, values] = conditionsOf(filter);
    const from = before ?? Number.MAX_SAFE_INTEGER;
    const floor = this.#db
      .prepare<Value[], number>(listFloor(source))
      .pluck()
      .get(...keys, from, this.#lookedAt);
    const rows = this.#db
      .prepare<Value[], CommandRow>(listPage(source, conditions))
      .all(...keys, ...values, from, floor ?? -1, limit + 1);
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    const commands = shown.map((row) => storedOf(row, this.#clusters));
    if (rows.length > limit && last !== undefined) return { commands, next: last.seq };
    return floor === undefined ? { commands } : { commands, next: floor + 1 };
  }
}

function sourceOf(filter: ListFilter): [Source, Value[]] {
  const { groupId, states, stuck } = filter;
  if (groupId !== undefined) {
    return [{ index: 'INDEXED BY command_group', where: 'group_id = ?' }, [groupId]];
  }
  if (stuck === true || states?.every((state) => OPEN.includes(state))) {
    return [{ index: 'INDEXED BY command_open', where: 'settled_at IS NULL' }, []];
  }
  if (states?.every((state) => FAILED.includes(state))) {
    const where = `state IN ('rolled_back', 'refused', 'abandoned')`;
    return [{ index: 'INDEXED BY command_failed', where }, []];
  }
  return [{ index: 'NOT INDEXED', where: 'TRUE' }, []];
}

function conditionsOf(filter: ListFilter): [conditions: string[], values: Value[]] {
  const conditions: string[] = [];
  const values: Value[] = [];
  const add = (condition: string, ...given: Value[]): void => {
    conditions.push(condition);
    values.push(...given);
  };
  if (filter.states !== undefined) {
    add(`state IN (${filter.states.map(() => '?').join(', ')})`, ...filter.states);
  }
  if (filter.stuck !== undefined) add('stuck = ?', filter.stuck ? 1 : 0);
  if (filter.op !== undefined) add('op = ?', filter.op);
  if (filter.node !== undefined) {
    const naming = 'SELECT cluster.id FROM cluster, json_each(cluster.nodes) AS one';
    add(`cluster IN (${naming} WHERE one.value = ?)`, filter.node);
  }
  if (filter.acceptedSince !== undefined) add('accepted_at >= ?', filter.acceptedSince);
  if (filter.acceptedBefore !== undefined) add('accepted_at < ?', filter.acceptedBefore);
  return [conditions, values];
}
