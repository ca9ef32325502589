/**
 * The statements that read commands, each bounded by an index or a limit.
 *
 * Each is one statement, and so sees one moment. The page is chosen first, by one index, and each of its commands is then
 * looked up: a plain join walks all of history for a handful of open ones (docs/decisions/075).
 */
import { formatToken } from '../../../core/token.ts';
import { ID_PREFIX_FOUND_MAX } from '../../port.ts';
import type { CommandColumns } from '../../stored/rows.ts';
import type { Row } from '../link.ts';

/** For a SELECT from `command` as `c`, joined with `open` as `o` and `settled` as `s`. */
const COLUMNS = `
  c.seq, c.id, c.op, c.group_id, c.ensure, c.lane, c.token, c.cluster, c.accepted_at, c.deadline_at,
  c.record_digest, c.record_bytes, COALESCE(s.state, o.state) AS state, COALESCE(o.stuck, 0) AS stuck,
  COALESCE(o.held, 0) AS held, CASE WHEN s.seq IS NULL THEN o.reason ELSE s.reason END AS reason, o.began_at,
  s.settlement, COALESCE(s.lived, c.lived) AS lived`;

const JOINED = `
  CROSS JOIN LATERAL (SELECT * FROM lockstep.command x WHERE x.seq = page.seq) c
  LEFT JOIN LATERAL (SELECT * FROM lockstep.open x WHERE x.seq = page.seq) o ON true
  LEFT JOIN LATERAL (SELECT * FROM lockstep.settled x WHERE x.seq = page.seq) s ON true`;

/** Of one id. */
export const FIND = `
  SELECT ${COLUMNS}
  FROM (SELECT seq FROM lockstep.command WHERE id = $1) page ${JOINED}`;

/** Of several ids. */
export const FIND_ALL = `
  SELECT ${COLUMNS}
  FROM (SELECT seq FROM lockstep.command WHERE id = ANY ($1::text[])) page ${JOINED}`;

export const LOAD = `
  SELECT ${COLUMNS}, e.entries
  FROM (SELECT seq FROM lockstep.open WHERE seq > $1 ORDER BY seq LIMIT $2) page ${JOINED}
  LEFT JOIN LATERAL (
    SELECT json_agg(json_build_array(x.kind, x.at, x.body) ORDER BY x.n)::text AS entries
    FROM lockstep.entry x WHERE x.seq = page.seq) e ON true
  ORDER BY page.seq`;

export const LOAD_LOOSE = `
  SELECT ${COLUMNS}
  FROM (SELECT seq FROM lockstep.loose WHERE seq > $1 ORDER BY seq LIMIT $2) page ${JOINED}
  ORDER BY page.seq`;

/** The newest commands of the key `asked.key`: so many are looked at. */
const NEWEST_OF_KEY = (lookedAt: string): string => `
  (SELECT x.seq FROM lockstep.command x WHERE x.group_id = asked.key ORDER BY x.seq DESC LIMIT ${lookedAt}) k`;

/**
 * For each key the settled commands that were not refused, newest first, down to the latest committed one. Parameters: keys,
 * commands that are read, commands that are looked at.
 */
export const SETTLED_OF_KEYS = `
  SELECT ${COLUMNS}
  FROM unnest($1::text[]) AS asked(key)
  CROSS JOIN LATERAL (
    WITH latest AS MATERIALIZED (
      SELECT k.seq, settled.state FROM ${NEWEST_OF_KEY('$3')}
      CROSS JOIN LATERAL (
        SELECT x.state FROM lockstep.settled x WHERE x.seq = k.seq AND x.state <> 'refused') settled
      ORDER BY k.seq DESC LIMIT $2)
    SELECT seq FROM latest
    WHERE seq >= COALESCE((SELECT max(seq) FROM latest WHERE state = 'committed'), 0)) page ${JOINED}
  ORDER BY c.group_id, page.seq DESC`;

/** For each key the latest settled command that left owner marks. Parameters: keys, commands that are looked at. */
export const MARKED_OF_KEYS = `
  SELECT ${COLUMNS}
  FROM unnest($1::text[]) AS asked(key)
  CROSS JOIN LATERAL (
    SELECT k.seq FROM ${NEWEST_OF_KEY('$2')}
    CROSS JOIN LATERAL (SELECT 1 FROM lockstep.settled x WHERE x.seq = k.seq AND x.marked) settled
    ORDER BY k.seq DESC LIMIT 1) page ${JOINED}`;

const NEXT_KEY = (after: string): string => `
  SELECT k.group_id FROM lockstep.command k
  WHERE k.group_id > ${after} AND EXISTS (SELECT 1 FROM lockstep.settled x WHERE x.seq = k.seq)
  ORDER BY k.group_id LIMIT 1`;

/** One step into the index for each key, however many commands it has had. */
export const KEYS = `
  WITH RECURSIVE known (key) AS (
    (${NEXT_KEY('$1')})
    UNION ALL
    SELECT (${NEXT_KEY('known.key')}) FROM known WHERE known.key IS NOT NULL)
  SELECT key FROM known WHERE key IS NOT NULL LIMIT $2`;

export const HEAD = `
  SELECT last_seq, last_token, lived, (SELECT count(*) FROM lockstep.open) AS open
  FROM lockstep.seat WHERE seat = $1`;

/** The order of a listing, newest first: by an index that leaves much out, or all of history. */
export interface Source {
  /** `FROM` and `WHERE` of the numbers. */
  readonly from: string;
  readonly values: readonly string[];
}

export const OPEN: Source = { from: 'lockstep.open q WHERE TRUE', values: [] };
export const HISTORY: Source = { from: 'lockstep.command q WHERE TRUE', values: [] };
export const FAILED: Source = {
  from: `lockstep.settled q WHERE q.state <> 'committed'`,
  values: [],
};

/** The end of all texts that begin with another one, in the order of bytes. */
const LAST_CHARACTER = '\u{10FFFF}';

/** Commands whose id begins so: the last ones by id, looked up in its index. */
export function ofIdPrefix(prefix: string): Source {
  return {
    from: `(
      SELECT seq FROM lockstep.command WHERE id >= $1 AND id < $2
      ORDER BY id DESC LIMIT ${ID_PREFIX_FOUND_MAX}) q WHERE TRUE`,
    values: [prefix, prefix + LAST_CHARACTER],
  };
}

export function ofKey(groupId: string): Source {
  return { from: 'lockstep.command q WHERE q.group_id = $1', values: [groupId] };
}

/**
 * The newest commands of the source that meet the conditions, of at most so many that are looked at; `floor` is the
 * lowest number of these if there are more below. Parameters after the source's and the conditions': below, looked at,
 * limit.
 */
export function listPage(source: Source, conditions: readonly string[], first: number): string {
  const [below, looked, limit] = [0, 1, 2].map((nth) => `$${first + nth}`);
  return `
    WITH looked AS MATERIALIZED (
      SELECT q.seq FROM ${source.from} AND q.seq < ${below}::bigint ORDER BY q.seq DESC LIMIT ${looked}::bigint + 1),
    edge AS (
      SELECT CASE WHEN count(*) > ${looked}::bigint THEN min(seq) ELSE -1 END AS floor FROM looked)
    SELECT edge.floor, hit.* FROM edge LEFT JOIN LATERAL (
      SELECT ${COLUMNS} FROM looked page ${JOINED}
      WHERE ${[...conditions, 'page.seq > edge.floor'].join(' AND ')}
      ORDER BY page.seq DESC LIMIT ${limit}) hit ON true
    ORDER BY hit.seq DESC`;
}

/** A row of these statements. */
export function columnsOf(row: Row): CommandColumns {
  return { ...row, token: formatToken(Number(row['token'])) } as unknown as CommandColumns;
}
