/** The columns of SQLite's tables of commands and entries. */
import type { CommandColumns, EntryColumns } from '../stored/rows.ts';

/** For a SELECT from `command`. */
export const COMMAND_COLUMNS = `
  seq, id, op, group_id, ensure, lane, token, cluster, accepted_at, deadline_at,
  state, stuck, held, reason, began_at, settlement, record_digest, record_bytes,
  settled_at, marked, loose, lived, accept_sum, state_sum`;

export interface CommandRow extends CommandColumns {
  readonly settled_at: number | null;
  readonly marked: 0 | 1;
  readonly loose: 0 | 1;
  /** Null: of a schema without checksums. */
  readonly accept_sum: number | null;
  readonly state_sum: number | null;
}

export interface EntryRow extends EntryColumns {
  readonly n: number;
}
