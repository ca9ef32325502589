/** Acts of operators, in a table of their own. */
import {
  type ActBegin,
  type ActEnd,
  type ActFilter,
  type ActPage,
  type ActWrites,
  assertBounded,
} from '../act.ts';
import { type ActColumns, actOf } from '../stored/act-row.ts';
import type { Row } from './link.ts';
import { storable } from './storable.ts';

/** The part of `words_v1`, with the numbers that follow `last`. */
export function actWords({ begin, end }: ActWrites, last: number) {
  for (const one of [...begin, ...end]) assertBounded(one);
  return {
    end: end.map(endOf),
    begin: begin.map((act, index) => beginOf(act, last + index + 1)),
    ...(begin.length === 0 ? {} : { lastAct: last + begin.length }),
  };
}

function endOf({ number, outcome, error, matched, results }: ActEnd, nth: number) {
  const text = results === undefined ? undefined : JSON.stringify(results);
  return { nth, number, outcome, error, matched, results: text };
}

function beginOf(act: ActBegin, number: number) {
  const { at, lived, kind, isProven, door, filter } = act;
  const [who, target] = [act.by, act.on].map((text) => text && storable(text));
  return { number, at, lived, kind, who, proven: isProven ? 1 : 0, door, target, filter };
}

export interface ActListing {
  readonly query: (text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;
  readonly lookedAt: number;
}

export async function actPage(
  { query, lookedAt }: ActListing,
  [filter, before, limit]: readonly [ActFilter, number | undefined, number],
): Promise<ActPage> {
  const { sql, values } = conditionsOf(filter);
  const [below, looked, rows] = [1, 2, 3].map((nth) => `$${values.length + nth}`);
  const text = `
    WITH edge AS (
      SELECT COALESCE(max(number), 0) AS floor FROM (
        SELECT number FROM lockstep.act WHERE number < ${below}::bigint ORDER BY number DESC
        LIMIT 1 OFFSET ${looked}) x)
    SELECT edge.floor, hit.* FROM edge LEFT JOIN LATERAL (
      SELECT * FROM lockstep.act a WHERE ${[...sql, `a.number < ${below}::bigint`, 'a.number > edge.floor'].join(' AND ')}
      ORDER BY a.number DESC LIMIT ${rows}) hit ON true
    ORDER BY hit.number DESC`;
  const found = await query(text, [
    ...values,
    before ?? Number.MAX_SAFE_INTEGER,
    lookedAt,
    limit + 1,
  ]);
  const floor = Number(found[0]?.['floor'] ?? 0);
  const hits = found.filter(({ number }) => number !== null);
  const acts = hits.slice(0, limit).map((row) => actOf(row as unknown as ActColumns));
  const last = acts.at(-1);
  if (hits.length > limit && last !== undefined) return { acts, next: last.number };
  return floor === 0 ? { acts } : { acts, next: floor + 1 };
}

function conditionsOf({ kinds, by, on, outcome, since, before }: ActFilter) {
  const sql: string[] = [];
  const values: unknown[] = [];
  const param = (value: unknown): string => `$${values.push(value)}`;
  if (kinds !== undefined) sql.push(`a.kind = ANY (${param(kinds)}::text[])`);
  if (by !== undefined) sql.push(`a.who = ANY (${param(by.map(storable))}::text[])`);
  if (on !== undefined) sql.push(`a.target = ${param(storable(on))}`);
  if (outcome !== undefined) sql.push(`a.outcome = ${param(outcome)}`);
  if (since !== undefined) sql.push(`a.at >= ${param(since)}::double precision`);
  if (before !== undefined) sql.push(`a.at < ${param(before)}::double precision`);
  return { sql, values };
}
