/**
 * The journal of a file that is about to move into a database: held as a daemon holds it, examined, and read row by row
 * as the database has its rows.
 */
import { existsSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { parseToken } from '../../../core/token.ts';
import { JournalError } from '../../errors.ts';
import type { MovingHead, MovingRow, MovingTable } from '../../moving.ts';
import { asJournalError } from '../failure.ts';
import { connect, disconnect, type JournalConnection } from '../open/connection.ts';
import { refuseReadOnly } from '../open/read-only.ts';
import { examineAll } from '../sums/examine.ts';
import { errorOf } from '../sums/faults.ts';
import { Head } from '../sums/head.ts';
import { type MovedMark, markMoved, movedMark } from './moved.ts';

/** What the database has otherwise than the file. */
const MAPS: Readonly<Record<string, (row: MovingRow) => MovingRow>> = {
  command: ({ token, begun, ...row }) => ({
    ...row,
    token: parseToken(String(token)),
    begun: begun === 1,
  }),
  settled: ({ marked, ...row }) => ({ ...row, marked: marked === 1 }),
  found_body: ({ body, ...row }) => ({ ...row, body: JSON.stringify(body) }),
};

/** By the table of the database; each in the order of its key. */
const READS: Readonly<Record<string, string>> = {
  cluster: 'SELECT id, nodes FROM cluster ORDER BY id',
  command: `
    SELECT seq, id, group_id, op, ensure, lane, token, cluster, accepted_at, deadline_at, lived,
      began_at IS NOT NULL AND began_at = accepted_at AS begun, record_digest, record_bytes
    FROM command NOT INDEXED ORDER BY seq`,
  open: `
    SELECT seq, state, stuck, held, reason, began_at
    FROM command INDEXED BY command_open WHERE settled_at IS NULL ORDER BY seq`,
  settled: `
    SELECT seq, settled_at AS at, state, reason, marked, lived, settlement
    FROM command NOT INDEXED WHERE settled_at IS NOT NULL ORDER BY seq`,
  loose: 'SELECT seq FROM command INDEXED BY command_loose WHERE loose = 1 ORDER BY seq',
  entry: 'SELECT seq, n, kind, at, body FROM entry ORDER BY seq, n',
  record: 'SELECT seq, text AS body FROM record ORDER BY seq',
  story: 'SELECT seq, text AS body FROM story ORDER BY seq',
  found_body: 'SELECT seq, node, body FROM found_body ORDER BY seq, node',
  kept: 'SELECT name, value FROM kept ORDER BY name',
  act: `
    SELECT number, at, lived, kind, who, proven, door, target, filter, outcome, error, matched, results
    FROM act ORDER BY number`,
};

export class Departure implements Disposable {
  readonly path: string;
  /** Undefined: it has not moved yet. */
  readonly mark: MovedMark | undefined;
  readonly #connection: JournalConnection;

  /** @throws JournalError `locked` if a daemon works on it, and all errors of `connect` */
  constructor(file: string, savedIn: readonly string[]) {
    if (!existsSync(file)) {
      throw new JournalError(`there is no journal at ${file}`, {
        code: 'denied',
        hint: "Name the file, or run it in the daemon's working directory, with the daemon's settings.",
      });
    }
    refuseReadOnly(file);
    this.#connection = connect(file, { savedIn, evenMoved: true });
    this.path = this.#connection.path;
    try {
      this.mark = movedMark(this.#db);
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** @throws JournalError `corrupt`, `damaged`: any damage, of history too */
  assertWhole(): void {
    const fault = errorOf(examineAll(this.#db), this.path);
    if (fault === undefined) return;
    const { code, message } = fault;
    throw new JournalError(message, { code, hint: NOT_MOVED });
  }

  head(): MovingHead {
    const head = new Head(this.#db);
    const { lastSeq, lastToken, lived } = head.read();
    const lastAct = this.#db
      .prepare<[], number>(`SELECT seq FROM sqlite_sequence WHERE name = 'act'`)
      .pluck()
      .get();
    return {
      lastSeq,
      lastToken: lastToken === null ? 0 : parseToken(lastToken),
      lastAct: lastAct ?? 0,
      lived,
      journalId: head.journal(),
    };
  }

  *tables(): Generator<MovingTable> {
    for (const [table, read] of Object.entries(READS)) {
      yield { table, rows: this.#rowsOf(read, MAPS[table] ?? ((row) => row)) };
    }
  }

  /** From now on no daemon starts on it. */
  markMoved(mark: MovedMark): void {
    try {
      markMoved(this.#db, mark);
    } catch (error) {
      throw asJournalError(error, this.path);
    }
  }

  [Symbol.dispose](): void {
    disconnect(this.#connection);
  }

  get #db(): Database {
    return this.#connection.db;
  }

  *#rowsOf(read: string, map: (row: MovingRow) => MovingRow): Generator<MovingRow> {
    for (const row of this.#db.prepare<[], MovingRow>(read).iterate()) yield map(row);
  }
}

const NOT_MOVED =
  'Nothing was moved. List the damage: lockstep journal check. To be rid of it, restore a sound backup: lockstep restore FILE.';
