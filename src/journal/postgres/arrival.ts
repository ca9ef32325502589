/**
 * A journal that arrives in a database (`lockstep move`), in one transaction, in which all its rows are counted again.
 *
 * It arrives in two steps, so that at each moment at most one of the two journals can be worked on: first all rows and
 * the word `moving`, on which no daemon starts; then, when the other journal is marked as moved, the word goes. A move
 * that was interrupted is begun again: an arrival that was not completed is removed first.
 */
import { Client } from 'pg';
import { messageOf } from '../../base/error-fields.ts';
import { shownUrl } from '../../base/shown-url.ts';
import { IllegalWrite, JournalError } from '../errors.ts';
import type { MovedRows, MovingHead, MovingRow, MovingTable } from '../moving.ts';
import { asJournalError, isWarning, passes } from './failure.ts';
import { Link } from './link.ts';
import { migrate } from './schema/migrate.ts';
import { JOURNAL_ID, MOVED, MOVING } from './settings.ts';
import { storable } from './storable.ts';

const CONNECT_MS = 3000;
/** One statement moves some MiB, and may wait for a standby. */
const STATEMENT_MS = 60_000;
const LOCK_MS = STATEMENT_MS / 2;
const ROWS_MAX = 1000;
const CHARACTERS_MAX = 4 * 1024 * 1024;
/** Texts of people and of nodes, which the database cannot hold with each character. */
const FREE_TEXTS = new Set(['who', 'target', 'node', 'name', 'value']);

const FOUND = `
  SELECT s.epoch, s.batch, m.name, (SELECT count(*) FROM lockstep.command) AS commands,
    EXISTS (SELECT 1 FROM lockstep.kept) OR EXISTS (SELECT 1 FROM lockstep.act) AS used,
    (SELECT value FROM lockstep.setting WHERE name = '${MOVING}') AS moving,
    (SELECT value FROM lockstep.setting WHERE name = '${MOVED}') AS moved,
    (SELECT value FROM lockstep.setting WHERE name = '${JOURNAL_ID}') AS journal
  FROM lockstep.seat s LEFT JOIN lockstep.member m ON m.seat = s.seat WHERE s.seat = 0`;

/** The number of the chain rises too: a daemon that has looked at the seat meanwhile does not get it. */
const SEAT = `
  UPDATE lockstep.seat SET batch = batch + 1, last_seq = $1, last_token = $2, last_act = $3, lived = $4 WHERE seat = 0`;

const KEEP = `
  INSERT INTO lockstep.setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`;

export class Arrival implements AsyncDisposable {
  readonly #client: Client;
  readonly #shown: string;
  #isWarned = false;

  private constructor(client: Client, shown: string) {
    this.#client = client;
    this.#shown = shown;
    client.on('notice', (notice) => {
      if (isWarning(notice)) this.#isWarned = true;
    });
    // Each call meets it.
    client.on('error', () => undefined);
  }

  /**
   * Makes the schema.
   * @throws JournalError `unreachable`, `denied`, `newer_schema`, `foreign`
   */
  static async at(url: string): Promise<Arrival> {
    const shown = shownUrl(url);
    const link = new Link({ url, name: 'lockstep move' });
    const client = new Client({
      connectionString: url,
      application_name: 'lockstep move',
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: STATEMENT_MS,
      keepAlive: true,
    });
    const arrival = new Arrival(client, shown);
    await arrival.#naming(async () => {
      await migrate(link, shown).finally(() => link.close());
      await client.connect();
    });
    return arrival;
  }

  /** Whether it has the journal of this move, complete or not. */
  async has(id: string): Promise<boolean> {
    return this.#naming(async () => {
      const { moving, moved } = await this.#found();
      return moving === id || moved === id;
    });
  }

  /**
   * Takes all rows in. No daemon starts on them before {@link Arrival.complete}.
   * @throws JournalError `occupied` if there is a journal already
   */
  async take(
    id: string,
    { head, tables }: { readonly head: MovingHead; readonly tables: Iterable<MovingTable> },
  ): Promise<MovedRows> {
    return this.#naming(async () => {
      await this.#client.query('BEGIN');
      await this.#client.query('SET LOCAL synchronous_commit = on');
      // An earlier attempt may still hold it, until the server sees that its client is gone.
      await this.#client.query(`SET LOCAL lock_timeout = '${LOCK_MS}ms'`);
      await this.#client.query('SELECT 1 FROM lockstep.seat WHERE seat = 0 FOR UPDATE');
      const found = await this.#found();
      this.#assertFree(found, head.journalId);
      const counts: Record<string, number> = {};
      for (const { table, rows } of tables) counts[table] = await this.#table(table, rows);
      const { lastSeq, lastToken, lastAct, lived, journalId } = head;
      await this.#client.query(SEAT, [lastSeq, lastToken, lastAct, lived]);
      await this.#client.query(KEEP, [MOVING, id]);
      await this.#client.query(KEEP, [JOURNAL_ID, journalId]);
      await this.#commit();
      return counts;
    });
  }

  /** From now on a daemon may start on it. */
  async complete(id: string): Promise<void> {
    await this.#naming(async () => {
      await this.#client.query('BEGIN');
      await this.#client.query('SET LOCAL synchronous_commit = on');
      await this.#client.query('DELETE FROM lockstep.setting WHERE name = $1', [MOVING]);
      await this.#client.query(KEEP, [MOVED, id]);
      await this.#commit();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end().catch(() => undefined);
  }

  async #found(): Promise<MovingRow> {
    const [row] = (await this.#client.query<MovingRow>(FOUND)).rows;
    if (row !== undefined) return row;
    throw new JournalError(`${this.#shown} has no seat`, { code: 'corrupt' });
  }

  #assertFree(
    { epoch, batch, commands, used, name, moving, journal }: MovingRow,
    own: string,
  ): void {
    // An earlier attempt, after which the file was not marked: the file may have changed since.
    if (moving !== null && journal === own) return;
    if (Number(epoch) + Number(batch) + Number(commands) === 0 && used === false) return;
    const holder = typeof name === 'string' ? `, last used by the daemon ${name}` : '';
    const count = `${String(commands)} ${commands === '1' ? 'command' : 'commands'}`;
    throw new JournalError(`${this.#shown} already has a journal: ${count}${holder}`, {
      code: 'occupied',
    });
  }

  /** Replaces all rows of the table. */
  async #table(table: string, rows: Iterable<MovingRow>): Promise<number> {
    const name = `lockstep.${table}`;
    await this.#client.query(`DELETE FROM ${name}`);
    const insert = `
      INSERT INTO ${name} OVERRIDING SYSTEM VALUE
      SELECT * FROM json_populate_recordset(NULL::${name}, $1::json)`;
    let sent = 0;
    for (const page of pagesOf(rows)) {
      await this.#client.query(insert, [`[${page.join(',')}]`]);
      sent += page.length;
    }
    const counted = await this.#client.query<MovingRow>(`SELECT count(*) AS rows FROM ${name}`);
    const stored = Number(counted.rows[0]?.['rows']);
    if (stored !== sent) {
      const message = `${name} has ${stored} of ${sent} rows after the move`;
      throw new JournalError(message, { code: 'io', hint: NOTHING });
    }
    if (table === 'cluster') await this.#client.query(NEXT_CLUSTER);
    return sent;
  }

  /** A confirmation with a warning may lack the standby. */
  async #commit(): Promise<void> {
    this.#isWarned = false;
    await this.#client.query('COMMIT');
    if (!this.#isWarned) return;
    throw new JournalError(`${this.#shown} confirmed the move with a warning`, {
      code: 'unreachable',
      hint: 'See the log of PostgreSQL and its synchronous standbys, then run the move again: it is continued.',
    });
  }

  async #naming<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw asMoveError(error, this.#shown);
    }
  }
}

const NEXT_CLUSTER = `
  SELECT setval(pg_get_serial_sequence('lockstep.cluster', 'id'), (SELECT max(id) FROM lockstep.cluster))`;

const NOTHING = 'Nothing was moved, or it is not complete: run the move again.';

function asMoveError(error: unknown, shown: string): unknown {
  if (error instanceof JournalError) return error;
  const found = passes(error) ? error : asJournalError(error, shown);
  if (found instanceof JournalError) return found;
  if (found instanceof IllegalWrite) {
    const message = `${shown} cannot hold a row: ${found.message}`;
    return new JournalError(message, { code: 'io', cause: error, hint: NOTHING });
  }
  const message = `${shown} cannot be reached: ${messageOf(error)}`;
  const hint = `Look at the database and at LOCKSTEP_JOURNAL. ${NOTHING}`;
  return new JournalError(message, { code: 'unreachable', cause: error, hint });
}

/** Rows as JSON, some MiB at a time. */
function* pagesOf(rows: Iterable<MovingRow>): Generator<readonly string[]> {
  let page: string[] = [];
  let characters = 0;
  for (const row of rows) {
    const text = JSON.stringify(row, (name, value: unknown) =>
      typeof value === 'string' && FREE_TEXTS.has(name) ? storable(value) : value,
    );
    page.push(text);
    characters += text.length;
    if (page.length < ROWS_MAX && characters < CHARACTERS_MAX) continue;
    yield page;
    page = [];
    characters = 0;
  }
  if (page.length > 0) yield page;
}
