import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  prepareDrop,
  prepareFindKept,
  prepareKeep,
  prepareKept,
} from '../../src/journal/sqlite/key-values.ts';
import {
  FAILED,
  HISTORY,
  listFloor,
  listPage,
  OPEN,
  ofIdPrefix,
  ofKey,
} from '../../src/journal/sqlite/list-query.ts';
import {
  connect,
  disconnect,
  type JournalConnection,
} from '../../src/journal/sqlite/open/connection.ts';
import {
  prepareBefore,
  prepareCountOpen,
  prepareEntriesOf,
  prepareFind,
  prepareKeys,
  prepareLoadEntries,
  prepareLoadLoose,
  prepareLoadOpen,
  prepareSettledOfKey,
} from '../../src/journal/sqlite/reads.ts';
import {
  prepareActFloor,
  prepareActPage,
  prepareBeginAct,
  prepareEndAct,
  prepareFirstSummedAct,
  preparePruneActs,
  prepareSumAct,
} from '../../src/journal/sqlite/tables/acts.ts';
import {
  prepareDropFound,
  prepareForgetRecords,
  prepareKeepFound,
  prepareKeepRecord,
  preparePruneRecords,
  prepareReadFound,
  prepareReadRecord,
} from '../../src/journal/sqlite/tables/records.ts';
import {
  prepareAccept,
  prepareAppend,
  prepareBegin,
  prepareFlagStuck,
  prepareForget,
  prepareGain,
  prepareHold,
  prepareIsOpen,
  preparePrune,
  prepareSettle,
  prepareTurn,
} from '../../src/journal/sqlite/writes.ts';
import { scratch } from './support/driver.ts';

const PREPARED = [
  prepareAccept,
  prepareAppend,
  prepareBegin,
  prepareFind,
  prepareForget,
  prepareIsOpen,
  prepareKeys,
  prepareSettledOfKey,
  prepareBefore,
  prepareEntriesOf,
  prepareLoadLoose,
  prepareCountOpen,
  prepareLoadEntries,
  prepareLoadOpen,
  preparePrune,
  prepareSettle,
  prepareFlagStuck,
  prepareTurn,
  prepareKeep,
  prepareDrop,
  prepareKept,
  prepareHold,
  prepareGain,
  prepareFindKept,
  prepareKeepRecord,
  prepareReadRecord,
  prepareForgetRecords,
  prepareBeginAct,
  prepareEndAct,
  preparePruneActs,
  prepareSumAct,
  prepareActFloor,
  prepareFirstSummedAct,
  (db: Database) => prepareActPage(db, ['who = ?']),
  prepareKeepFound,
  prepareReadFound,
  prepareDropFound,
  preparePruneRecords,
];
const LISTED = [OPEN, FAILED, HISTORY, ofIdPrefix('id'), ...ofKey('k')].flatMap((source) => [
  listFloor(source),
  listPage(source, ['op = ?']),
]);

let dir: string;
let connection: JournalConnection;

beforeAll(() => {
  dir = scratch();
  connection = connect(join(dir, 'journal.db'));
});

afterAll(() => {
  disconnect(connection);
  rmSync(dir, { recursive: true });
});

/** How SQLite goes about it, step by step; parameters are all 0. */
function plan(db: Database, sql: string): string[] {
  const bound = sql.replaceAll('?', '0');
  const steps = db.prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${bound}`).all();
  return steps.map((step) => step.detail);
}

function isCostly(step: string): boolean {
  return (
    /^SCAN (command|entry|act)\b(?!.*INDEX command_open)/.test(step) || /TEMP B-TREE/.test(step)
  );
}

test('a walk through all of history, and a sort, would be seen', () => {
  const scan = plan(connection.db, 'SELECT seq FROM command WHERE deadline_at = ? ORDER BY token');
  expect(scan.filter(isCostly)).toHaveLength(2);
});

/** Tables that SQLite builds in memory each time the statement runs. */
function builds(db: Database, sql: string): number {
  const steps = db.prepare<[], { opcode: string }>(`EXPLAIN ${sql.replaceAll('?', 'NULL')}`).all();
  return steps.filter(({ opcode }) => opcode === 'OpenEphemeral').length;
}

test('a command is written without a table in memory for each statement', () => {
  const one = `UPDATE command SET state = ? WHERE state IN ('a', 'b', 'c')`;
  expect(builds(connection.db, one)).toBeGreaterThan(0);
  for (const prepare of [prepareAccept, prepareBegin, prepareSettle]) {
    const { source } = prepare(connection.db);
    expect(builds(connection.db, source), source).toBe(0);
  }
});

test('P9: no statement walks through all of history or sorts it', () => {
  const statements = PREPARED.map((prepare) => prepare(connection.db).source);
  for (const sql of [...statements, ...LISTED]) {
    expect(plan(connection.db, sql).filter(isCostly), sql).toEqual([]);
  }
});
