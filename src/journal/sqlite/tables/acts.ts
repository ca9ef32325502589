/** Acts of operators, in a table of their own. */
import type { Database, Statement } from 'better-sqlite3';
import {
  type ActBegin,
  type ActEnd,
  type ActFilter,
  type ActPage,
  type ActWrites,
  assertBounded,
  type StoredAct,
} from '../../act.ts';
import type { Pruning } from '../../port.ts';
import { type ActColumns, actOf, illegibleAct } from '../../stored/act-row.ts';
import { actBeginSum, actEndSum } from '../sums/row-sums.ts';

/** Rows that one page reads: 20,000 take about 5 ms. */
const LOOKED_AT = 20_000;

type Value = string | number | null;

export interface ActRow extends ActColumns {
  /** Null: of an earlier schema. */
  readonly begin_sum: number | null;
  readonly end_sum: number | null;
}

export function prepareBeginAct(db: Database): Statement<Value[]> {
  return db.prepare(`
    INSERT INTO act (at, lived, kind, who, proven, door, target, filter, outcome)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'unfinished')`);
}

export function prepareEndAct(db: Database): Statement<Value[]> {
  return db.prepare(
    'UPDATE act SET outcome = ?, error = ?, matched = ?, results = ?, end_sum = ? WHERE number = ?',
  );
}

/** The number is known behind the beginning only. */
export function prepareSumAct(db: Database): Statement<[begin: number, end: number, act: number]> {
  return db.prepare('UPDATE act SET begin_sum = ?, end_sum = ? WHERE number = ?');
}

/** Looks at the oldest ones only: numbers rise with the time lived. */
export function preparePruneActs(db: Database): Statement<[limit: number, livedBefore: number]> {
  return db.prepare(`
    DELETE FROM act WHERE number IN (SELECT number FROM act WHERE number > 0 ORDER BY number LIMIT ?)
    AND lived < ?`);
}

/** The number after so many others, below which the page reads nothing. */
export function prepareActFloor(db: Database): Statement<[below: number, skip: number], number> {
  return db
    .prepare<[number, number], number>(
      'SELECT number FROM act WHERE number < ? ORDER BY number DESC LIMIT 1 OFFSET ?',
    )
    .pluck();
}

/** The first act with checksums; every later one has them. Acts before it are of an earlier schema. */
export function prepareFirstSummedAct(db: Database): Statement<[], number> {
  return db
    .prepare<[], number>(
      'SELECT number FROM act WHERE number > 0 AND begin_sum IS NOT NULL ORDER BY number LIMIT 1',
    )
    .pluck();
}

/** Parameters after those of the conditions: below, above, limit. */
export function prepareActPage(
  db: Database,
  conditions: readonly string[],
): Statement<Value[], ActRow> {
  return db.prepare(`
    SELECT * FROM act WHERE ${[...conditions, 'number < ? AND number > ?'].join(' AND ')}
    ORDER BY number DESC LIMIT ?`);
}

/** Numbers that were given since the journal was copied are not given again. */
export function raiseActNumbers(db: Database, by: number): void {
  const { changes } = db
    .prepare(`UPDATE sqlite_sequence SET seq = seq + ? WHERE name = 'act'`)
    .run(by);
  // Without an act the table has no row.
  if (changes === 0)
    db.prepare(`INSERT INTO sqlite_sequence (name, seq) VALUES ('act', ?)`).run(by);
}

export class Acts {
  readonly #db: Database;
  readonly #lookedAt: number;
  readonly #begin;
  readonly #end;
  readonly #sum;
  readonly #prune;
  readonly #floor;
  readonly #firstSummed;
  readonly #note;
  /** Undefined: there is no act with checksums yet. */
  #summedFrom: number | undefined;

  constructor(db: Database, lookedAt = LOOKED_AT) {
    this.#db = db;
    this.#lookedAt = lookedAt;
    this.#begin = prepareBeginAct(db);
    this.#end = prepareEndAct(db);
    this.#sum = prepareSumAct(db);
    this.#prune = preparePruneActs(db);
    this.#floor = prepareActFloor(db);
    this.#firstSummed = prepareFirstSummedAct(db);
    this.#summedFrom = this.#firstSummed.get();
    const note = db.transaction(({ begin, end }: ActWrites) => {
      for (const one of end) this.#endOne(one);
      return begin.map((one) => this.#beginOne(one));
    });
    this.#note = (writes: ActWrites) => note.immediate(writes);
  }

  note(writes: ActWrites): readonly number[] {
    return this.#note(writes);
  }

  page(filter: ActFilter, before: number | undefined, limit: number): ActPage {
    const below = before ?? Number.MAX_SAFE_INTEGER;
    const floor = this.#floor.get(below, this.#lookedAt) ?? 0;
    const [conditions, values] = conditionsOf(filter);
    const statement = prepareActPage(this.#db, conditions);
    const rows = statement.all(...values, below, floor, limit + 1);
    this.#summedFrom ??= this.#firstSummed.get();
    const acts = rows.slice(0, limit).map((row) => storedAct(row, this.#summedFrom));
    const last = acts.at(-1);
    if (rows.length > limit && last !== undefined) return { acts, next: last.number };
    return floor === 0 ? { acts } : { acts, next: floor + 1 };
  }

  prune({ lived, retentionMs, limit }: Pruning): number {
    return this.#prune.run(limit, lived - retentionMs).changes;
  }

  #beginOne(act: ActBegin): number {
    assertBounded(act);
    const { at, lived, kind, by, isProven, door, on, filter } = act;
    const row = {
      at,
      lived,
      kind,
      who: by ?? null,
      proven: isProven ? 1 : 0,
      door,
      target: on ?? null,
      filter: filter ?? null,
    };
    const number = Number(this.#begin.run(...Object.values(row)).lastInsertRowid);
    const end = { number, outcome: 'unfinished', error: null, matched: null, results: null };
    this.#sum.run(actBeginSum({ number, ...row }), actEndSum(end), number);
    return number;
  }

  #endOne(act: ActEnd): void {
    assertBounded(act);
    const { number, outcome, error = null, matched = null } = act;
    const results = act.results === undefined ? null : JSON.stringify(act.results);
    const sum = actEndSum({ number, outcome, error, matched, results });
    this.#end.run(outcome, error, matched, results, sum, number);
  }
}

function conditionsOf(filter: ActFilter): readonly [readonly string[], readonly Value[]] {
  const sql: string[] = [];
  const values: Value[] = [];
  const add = (condition: string, ...given: readonly Value[]): void => {
    sql.push(condition);
    values.push(...given);
  };
  const { kinds, by, on, outcome, since, before } = filter;
  if (kinds !== undefined) add(`kind IN (${kinds.map(() => '?').join(', ')})`, ...kinds);
  if (by !== undefined) add(`who IN (${by.map(() => '?').join(', ')})`, ...by);
  if (on !== undefined) add('target = ?', on);
  if (outcome !== undefined) add('outcome = ?', outcome);
  if (since !== undefined) add('at >= ?', since);
  if (before !== undefined) add('at < ?', before);
  return [sql, values];
}

/**
 * @param summedFrom the number of the first act with checksums
 * @throws JournalError `damaged` on a row that this program never writes
 */
export function storedAct(row: ActRow, summedFrom: number | undefined): StoredAct {
  assertSums(row, summedFrom);
  return actOf(row);
}

function assertSums(row: ActRow, summedFrom = Number.POSITIVE_INFINITY): void {
  const { number, begin_sum: begin, end_sum: end } = row;
  const isOld = number < summedFrom;
  const isBegun = begin === null ? isOld : begin === actBeginSum(row);
  const isEnded = end === null ? isOld : end === actEndSum(row);
  if (!isBegun || !isEnded) throw illegibleAct(number, 'it does not match its checksum');
}
