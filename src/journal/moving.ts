/** A journal on its way from a file into a database. */

export type MovingRow = Readonly<Record<string, unknown>>;

/** The rows of one table of the database, with its columns. */
export interface MovingTable {
  readonly table: string;
  readonly rows: Iterable<MovingRow>;
}

export interface MovingHead {
  readonly lastSeq: number;
  /** µs; 0: there was none. */
  readonly lastToken: number;
  readonly lastAct: number;
  readonly lived: number;
  /** Which journal it is. */
  readonly journalId: string;
}

/** Rows by table. */
export type MovedRows = Readonly<Record<string, number>>;
