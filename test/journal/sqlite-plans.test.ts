import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Connection, connect, disconnect } from '../../src/journal/sqlite/connection.ts';
import { prepareAccept } from '../../src/journal/sqlite/queries/accept.ts';
import { prepareAppend } from '../../src/journal/sqlite/queries/append.ts';
import { prepareBegin } from '../../src/journal/sqlite/queries/begin.ts';
import { prepareDrop } from '../../src/journal/sqlite/queries/drop.ts';
import { prepareFind } from '../../src/journal/sqlite/queries/find.ts';
import { prepareForget, prepareIsOpen } from '../../src/journal/sqlite/queries/forget.ts';
import { prepareKeep } from '../../src/journal/sqlite/queries/keep.ts';
import { prepareKept } from '../../src/journal/sqlite/queries/kept.ts';
import { prepareKeys } from '../../src/journal/sqlite/queries/keys.ts';
import {
  prepareLastCommitted,
  prepareLastWord,
  prepareSettlement,
} from '../../src/journal/sqlite/queries/last-word.ts';
import {
  FAILED,
  HISTORY,
  listFloor,
  listPage,
  OPEN,
  ofKey,
} from '../../src/journal/sqlite/queries/list.ts';
import { prepareLoadLoose } from '../../src/journal/sqlite/queries/loose.ts';
import { prepareMarks } from '../../src/journal/sqlite/queries/marks.ts';
import {
  prepareCountOpen,
  prepareLoadEntries,
  prepareLoadOpen,
} from '../../src/journal/sqlite/queries/open.ts';
import { preparePark } from '../../src/journal/sqlite/queries/park.ts';
import { preparePrune } from '../../src/journal/sqlite/queries/prune.ts';
import { prepareSettle } from '../../src/journal/sqlite/queries/settle.ts';
import { prepareFlagStuck, prepareTurn } from '../../src/journal/sqlite/queries/turn.ts';
import { prepareUnhold } from '../../src/journal/sqlite/queries/unhold.ts';
import { scratch } from './support/driver.ts';

const PREPARED = [
  prepareAccept,
  prepareAppend,
  prepareBegin,
  prepareFind,
  prepareForget,
  prepareIsOpen,
  prepareKeys,
  prepareLastWord,
  prepareLastCommitted,
  prepareSettlement,
  prepareLoadLoose,
  prepareMarks,
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
  preparePark,
  prepareUnhold,
];
const LISTED = [OPEN, FAILED, HISTORY, ...ofKey('k')].flatMap((source) => [
  listFloor(source),
  listPage(source, ['op = ?']),
]);

let dir: string;
let connection: Connection;

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
  return /^SCAN (command|entry)\b(?!.*INDEX command_open)/.test(step) || /TEMP B-TREE/.test(step);
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
