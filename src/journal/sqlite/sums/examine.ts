/**
 * Looks for damage in a journal. `examineLive` reads what the next start works on: the head, kept values, open commands
 * with their entries and records, and settled ones with loose requests. `examineAll` reads everything.
 *
 * Each works in one read transaction, so that a running daemon may write meanwhile.
 */
import type { Database, Statement } from 'better-sqlite3';
import { JournalError } from '../../errors.ts';
import type { RecoverableCommand } from '../../port.ts';
import { openOf, storedOf } from '../../stored/rows.ts';
import { Clusters } from '../clusters.ts';
import { COMMAND_COLUMNS, type CommandRow } from '../columns.ts';
import { KeyValues } from '../key-values.ts';
import { prepareEntriesOf } from '../reads.ts';
import { type ActRow, prepareFirstSummedAct, storedAct } from '../tables/acts.ts';
import { assertFound, assertRecord, prepareReadFound, type RecordRow } from '../tables/records.ts';
import { assertStory, type StoryRow } from '../tables/stories.ts';
import { Faults, type Findings } from './faults.ts';
import { Head, type HeadValues } from './head.ts';
import { totalOf } from './ledger.ts';
import { verifyRow } from './row-reader.ts';
import { plus } from './row-sums.ts';

const PAGE = 1_000;
const STRUCTURE_MAX = 20;

const OPEN = 'INDEXED BY command_open WHERE settled_at IS NULL';
const LOOSE = 'INDEXED BY command_loose WHERE loose = 1';
const HISTORY = 'NOT INDEXED WHERE settled_at IS NOT NULL AND loose = 0';

/** Counts and sums as in the head. */
interface Total {
  count: number;
  sum: number;
}

export function examineLive(db: Database): Findings {
  return examine(db, (faults) => void new Examiner(db, faults).live());
}

/** For a journal of an earlier schema. */
export function examineStructure(db: Database): Findings {
  return examine(db, (faults) => checkStructure(db, faults));
}

export function examineAll(db: Database): Findings {
  return examine(db, (faults) => {
    checkStructure(db, faults);
    const examiner = new Examiner(db, faults);
    const head = examiner.live();
    if (head !== undefined) examiner.history(head);
  });
}

function examine(db: Database, work: (faults: Faults) => void): Findings {
  const faults = new Faults();
  faults.attempt('file', () => db.transaction(() => work(faults))());
  return faults.findings;
}

/** SQLite's own check: pages, the order of rows, and that every index has every row. */
function checkStructure(db: Database, faults: Faults): void {
  const lines = db.pragma(`integrity_check(${STRUCTURE_MAX})`) as { integrity_check: string }[];
  for (const { integrity_check: line } of lines) {
    if (line !== 'ok') faults.add({ what: 'file', message: line, isFatal: true });
  }
}

class Examiner {
  readonly #db: Database;
  readonly #faults: Faults;
  readonly #clusters: Clusters;
  readonly #entriesOf;
  readonly #foundOf;
  readonly #every: Total = { count: 0, sum: 0 };

  constructor(db: Database, faults: Faults) {
    this.#db = db;
    this.#faults = faults;
    this.#clusters = new Clusters(db);
    this.#entriesOf = prepareEntriesOf(db);
    this.#foundOf = prepareReadFound(db);
  }

  /** @returns the head, if it can be believed */
  live(): HeadValues | undefined {
    const head = this.#faults.attempt('head', () => new Head(this.#db).read());
    if (head === undefined) return undefined;
    this.#faults.attempt('kept', () => void new KeyValues(this.#db, new Head(this.#db)).all());
    const total = { count: 0, sum: 0 };
    this.#commands(OPEN, head, total);
    this.#records('settled_at IS NULL', head);
    this.#commands(LOOSE, head, total);
    const { liveCount: count, liveSum: sum } = head;
    const kind = 'open commands and commands with loose requests';
    this.#compare({ count, sum }, total, { kind, isFatal: true });
    return head;
  }

  history(head: HeadValues): void {
    this.#commands(HISTORY, head, { count: 0, sum: 0 });
    this.#records('settled_at IS NOT NULL', head);
    this.#stories();
    this.#missingRecords(head);
    this.#acts();
    const { everyCount: count, everySum: sum } = head;
    this.#compare({ count, sum }, this.#every, { kind: 'commands', isFatal: false });
  }

  #compare(
    counted: Total,
    { count, sum }: Total,
    { kind, isFatal }: { readonly kind: string; readonly isFatal: boolean },
  ): void {
    if (count === counted.count && sum === counted.sum) return;
    const other =
      count === counted.count
        ? 'with other checksums: one was replaced'
        : count < counted.count
          ? 'too few'
          : 'too many';
    const message = `the head counts ${counted.count} ${kind}, and the table has ${count}, ${other}`;
    this.#faults.add({ what: 'count', message, isFatal });
  }

  /** No command depends on them. */
  #acts(): void {
    const summedFrom = prepareFirstSummedAct(this.#db).get();
    const page = this.#db.prepare<[number, number], ActRow & { seq: number }>(
      'SELECT *, number AS seq FROM act WHERE number > ? ORDER BY number LIMIT ?',
    );
    for (const row of pagesOf(page)) {
      this.#faults.attemptRow({ what: 'act', seq: row.number, settled_at: 0, loose: 0 }, () => {
        storedAct(row, summedFrom);
      });
    }
  }

  #commands(source: string, { summedAfter }: HeadValues, total: Total): void {
    const page = this.#db.prepare<[number, number], CommandRow>(
      `SELECT ${COMMAND_COLUMNS} FROM command ${source} AND seq > ? ORDER BY seq LIMIT ?`,
    );
    for (const row of pagesOf(page)) {
      for (const each of [total, this.#every]) {
        each.count++;
        each.sum = plus(each.sum, totalOf(row));
      }
      this.#faults.attemptRow(row, () => this.#command(row, summedAfter));
    }
  }

  #command(row: CommandRow, summedAfter: number): void {
    const isOpen = row.settled_at === null;
    const entries = isOpen ? this.#entriesOf.all(row.seq) : [];
    verifyRow(row, entries, summedAfter);
    this.#clusters.nodes(row.cluster);
    if (isOpen) this.#foundBodies(openOf(row, entries, this.#clusters), summedAfter);
    else if (row.state_sum === null || row.accept_sum === null) storedOf(row, this.#clusters);
    this.#faults.counted(row.accept_sum !== null);
  }

  /** The bodies that a rollback would restore, one at a time: they may be large. */
  #foundBodies({ command: { seq }, entries }: RecoverableCommand, summedAfter: number): void {
    const findings = entries.flatMap((entry) =>
      entry.kind === 'began' ? Object.entries(entry.findings ?? {}) : [],
    );
    for (const [node, finding] of findings) {
      if (finding.presence !== 'present' || finding.stored !== true) continue;
      const row = this.#foundOf.get(seq, node);
      if (row === undefined) throw missing(seq);
      assertFound({ seq, node }, row, summedAfter);
    }
  }

  /** The text of a settled command may be gone; then the head does not have it either. */
  #missingRecords({ recordSum }: HeadValues): void {
    const sums = this.#db.prepare<[], number | null>('SELECT sum FROM record').pluck().all();
    if (sums.reduce<number>((all, sum) => plus(all, sum ?? 0), 0) === recordSum) return;
    const message = 'the text of a record is missing, or is one too many';
    this.#faults.add({ what: 'count', message, isFatal: false });
  }

  #stories(): void {
    const page = this.#db.prepare<[number, number], StoryRow & { seq: number }>(
      'SELECT seq, text, sum FROM story WHERE seq > ? ORDER BY seq LIMIT ?',
    );
    for (const row of pagesOf(page)) {
      this.#faults.attemptRow({ seq: row.seq, settled_at: 0, loose: 0 }, () => {
        assertStory(row.seq, row);
      });
    }
  }

  /** The texts of records. An open command needs its own. */
  #records(which: string, { summedAfter }: HeadValues): void {
    const isOpen = which === 'settled_at IS NULL';
    const join = isOpen ? 'LEFT JOIN' : 'JOIN';
    const page = this.#db.prepare<[number, number], Partial<RecordRow> & { seq: number }>(`
      SELECT command.seq, record.text, record.sum
      FROM command ${isOpen ? 'INDEXED BY command_open' : 'NOT INDEXED'} ${join} record ON record.seq = command.seq
      WHERE ${which} AND record_digest IS NOT NULL AND command.seq > ?
      ORDER BY command.seq LIMIT ?`);
    for (const { seq, text, sum } of pagesOf(page)) {
      this.#faults.attemptRow({ seq, settled_at: isOpen ? null : 0, loose: 0 }, () => {
        if (typeof text !== 'string') throw missing(seq);
        assertRecord(seq, { text, sum: sum ?? null }, summedAfter);
      });
    }
  }
}

function missing(seq: number): JournalError {
  return new JournalError(`a record of command ${seq} is missing`, { code: 'damaged' });
}

function* pagesOf<Row extends { readonly seq: number }>(
  page: Statement<[after: number, limit: number], Row>,
): Generator<Row> {
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const rows = page.all(after, PAGE);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    // Rows that are out of order would be read for ever.
    if (last.seq <= after) throw new JournalError('rows are out of order', { code: 'corrupt' });
    after = last.seq;
  }
}
