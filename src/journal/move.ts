/**
 * `lockstep move`: brings the journal of a stopped daemon from a file into a database, with all that it promised: ids
 * and answers (P7), open commands, owner marks, records, acts, stories, the time lived.
 *
 * At each moment at most one of the two can be worked on: the database takes all rows (no daemon starts on it yet), the
 * file is marked (no daemon starts on it any more), the database is opened to daemons. After a crash between the steps
 * the move is begun again, and ends the same.
 */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { shownUrl } from '../base/shown-url.ts';
import { ACT_TEXT_MAX } from './act.ts';
import type { MovedRows, MovingHead, MovingRow, MovingTable } from './moving.ts';
import { Arrival } from './postgres/arrival.ts';
import { Departure } from './sqlite/files/departure.ts';
import { movedAway } from './sqlite/files/moved.ts';

export interface MoveOptions {
  /** The file. */
  readonly file: string;
  /** The address of the database. */
  readonly url: string;
  /** Other places where a daemon may have saved its journal. */
  readonly savedIn: readonly string[];
  /** The operator, as the trail of acts has the name. */
  readonly by?: string | undefined;
}

export interface Moved {
  readonly from: string;
  /** Without user and password. */
  readonly to: string;
  /** Rows by table; undefined: an earlier call has moved them. */
  readonly rows: MovedRows | undefined;
}

/** @throws JournalError `locked`, `moved`, `occupied`, `corrupt`, `damaged`, `unreachable`, … */
export async function moveJournal({ file, url, savedIn, by }: MoveOptions): Promise<Moved> {
  const to = shownUrl(url);
  using source = new Departure(file, savedIn);
  const { path: from, mark } = source;
  if (mark === undefined) source.assertWhole();
  else if (mark.target !== to) throw movedAway(from, mark);
  await using target = await Arrival.at(url);
  if (mark !== undefined) {
    // The file may be old by now: its rows are not moved a second time.
    if (!(await target.has(mark.id))) throw movedAway(from, mark);
    await target.complete(mark.id);
    return { from, to, rows: undefined };
  }
  const id = randomUUID();
  const rows = await target.take(id, withAct(source, by));
  source.markMoved({ id, target: to, at: Date.now() });
  await target.complete(id);
  return { from, to, rows };
}

/** The journal, and this act in its trail. */
function withAct(source: Departure, by: string | undefined) {
  const before = source.head();
  const head: MovingHead = { ...before, lastAct: before.lastAct + 1 };
  const act = {
    number: head.lastAct,
    at: Date.now(),
    lived: head.lived,
    kind: 'journal_moved',
    who: by ?? null,
    proven: 0,
    door: 'file',
    target: basename(source.path).slice(0, ACT_TEXT_MAX),
    outcome: 'done',
  };
  function* tables(): Generator<MovingTable> {
    for (const { table, rows } of source.tables()) {
      yield { table, rows: table === 'act' ? followed(rows, act) : rows };
    }
  }
  return { head, tables: tables() };
}

function* followed(rows: Iterable<MovingRow>, last: MovingRow): Generator<MovingRow> {
  yield* rows;
  yield last;
}
