/**
 * Lists commands newest first, by any mix of filters, in bounded time: as the listing of SQLite does, a page looks at
 * {@link LOOKED_AT} rows of each source at most (P9).
 */
import type { SagaState } from '../../../core/model.ts';
import { JournalError } from '../../errors.ts';
import type { DamagedRow, ListFilter, ListPage, Moment, StoredCommand } from '../../port.ts';
import type { Row } from '../link.ts';
import { isStorable } from '../storable.ts';
import { FAILED, HISTORY, listPage, OPEN, ofIdPrefix, ofKey, type Source } from './reads.ts';

export const LOOKED_AT = 20_000;
/** Of a damaged row: no command has a longer id. */
const ID_MAX = 256;

const OPEN_STATES: readonly SagaState[] = ['accepted', 'applying', 'compensating'];
const FAILED_STATES: readonly SagaState[] = ['rolled_back', 'refused', 'abandoned'];
/** The floor of a source that was read to its end. */
const BOTTOM = -1;

export interface ListingOptions {
  readonly query: (text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;
  readonly storedOrDamaged: (row: Row) => StoredCommand | JournalError;
  readonly lookedAt: number;
}

export class Listing {
  readonly #options: ListingOptions;

  constructor(options: ListingOptions) {
    this.#options = options;
  }

  async page(filter: ListFilter, before: number | undefined, limit: number): Promise<ListPage> {
    if (![filter.groupId, filter.idPrefix, filter.node].every(isFindable)) return { commands: [] };
    const below = before ?? Number.MAX_SAFE_INTEGER;
    let floor = BOTTOM;
    const found: Row[] = [];
    for (const source of sourcesOf(filter)) {
      const { sql, values } = conditionsOf(filter, source.values);
      const text = listPage(source, sql, values.length + 1);
      const rows = await this.#options.query(text, [
        ...values,
        below,
        this.#options.lookedAt,
        limit + 1,
      ]);
      floor = Math.max(floor, ...rows.map((row) => Number(row['floor'])));
      found.push(...rows.filter(({ seq }) => seq !== null));
    }
    return this.#merged(found, floor, limit);
  }

  #merged(found: readonly Row[], floor: number, limit: number): ListPage {
    const seqOf = (row: Row): number => Number(row['seq']);
    // One that settled between the two looks is in both sources.
    const unique = new Map(found.map((row) => [seqOf(row), row]));
    const rows = [...unique.values()].filter((row) => seqOf(row) > floor);
    const shown = rows.sort((a, b) => seqOf(b) - seqOf(a)).slice(0, limit);
    const read = this.#read(shown);
    const last = shown.at(-1);
    if (rows.length > limit && last !== undefined) return { ...read, next: seqOf(last) };
    return floor === BOTTOM ? read : { ...read, next: floor + 1 };
  }

  #read(rows: readonly Row[]): Pick<ListPage, 'commands' | 'damaged'> {
    const commands: StoredCommand[] = [];
    const damaged: DamagedRow[] = [];
    for (const row of rows) {
      const stored = this.#options.storedOrDamaged(row);
      if (stored instanceof JournalError) {
        damaged.push({ id: String(row['id']).slice(0, ID_MAX), error: stored });
      } else commands.push(stored);
    }
    return damaged.length === 0 ? { commands } : { commands, damaged };
  }
}

function isFindable(text: string | undefined): boolean {
  return text === undefined || isStorable(text);
}

function sourcesOf({ groupId, idPrefix, states, stuck, parked }: ListFilter): readonly Source[] {
  const wants = (some: readonly SagaState[]): boolean =>
    states === undefined || some.some((state) => states.includes(state));
  if (idPrefix !== undefined) return [ofIdPrefix(idPrefix)];
  if (stuck === true || parked === true) return [OPEN];
  if (groupId !== undefined) return [ofKey(groupId)];
  if (wants(['committed'])) return [HISTORY];
  return [...(wants(OPEN_STATES) ? [OPEN] : []), ...(wants(FAILED_STATES) ? [FAILED] : [])];
}

interface Conditions {
  readonly sql: readonly string[];
  /** Those of the source first. */
  readonly values: readonly unknown[];
}

function conditionsOf(filter: ListFilter, given: readonly unknown[]): Conditions {
  const sql: string[] = [];
  const values = [...given];
  const param = (value: unknown): string => `$${values.push(value)}`;
  if (filter.states !== undefined) {
    sql.push(`COALESCE(s.state, o.state) = ANY (${param(filter.states)}::text[])`);
  }
  if (filter.stuck !== undefined) {
    sql.push(`COALESCE(o.stuck, 0) = ${param(filter.stuck ? 1 : 0)}::integer`);
  }
  if (filter.parked !== undefined) {
    sql.push(`(COALESCE(o.held, 0) = 2) = ${param(filter.parked)}::boolean`);
  }
  if (filter.op !== undefined) sql.push(`c.op = ${param(filter.op)}`);
  if (filter.lane !== undefined) sql.push(`c.lane = ${param(filter.lane)}`);
  if (filter.groupId !== undefined) sql.push(`c.group_id = ${param(filter.groupId)}`);
  if (filter.node !== undefined) {
    const naming = `SELECT id FROM lockstep.cluster WHERE nodes::jsonb ? ${param(filter.node)}::text`;
    sql.push(`c.cluster IN (${naming})`);
  }
  const before = ({ at, lived }: Moment): string =>
    `(c.accepted_at < ${param(at)}::double precision
      OR COALESCE(s.lived, c.lived) < ${param(lived)}::double precision)`;
  if (filter.acceptedSince !== undefined) sql.push(`NOT ${before(filter.acceptedSince)}`);
  if (filter.acceptedBefore !== undefined) sql.push(before(filter.acceptedBefore));
  return { sql, values };
}
