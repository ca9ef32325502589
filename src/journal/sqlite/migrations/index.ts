/** Every step of the schema, in order. A step that was ever released is never edited. */
import type { Database } from 'better-sqlite3';
import { INITIAL } from './001-initial.ts';
import { KEPT } from './002-kept.ts';
import { SETTLEMENTS_ALIKE } from './003-settlements-alike.ts';
import { FAILED_BY_ONE_COMPARISON } from './004-failed-by-one-comparison.ts';
import { JOURNAL_ID_AND_HELD } from './005-journal-id-and-held.ts';
import { TIME_LIVED } from './006-time-lived.ts';
import { RECORDS } from './007-records.ts';
import { ACTS } from './008-acts.ts';
import { FOUND_BODIES } from './009-found-bodies.ts';
import { SUMS, sumSmallTables } from './010-sums.ts';
import { STORIES } from './011-stories.ts';
import { ACT_SUMS } from './012-act-sums.ts';

export interface Migration {
  /** What `PRAGMA user_version` reads after it. */
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  /** What SQL cannot compute; in the same transaction, after it. */
  readonly compute?: (db: Database) => void;
}

export const MIGRATIONS: readonly Migration[] = [
  { version: 1, name: 'initial', sql: INITIAL },
  { version: 2, name: 'kept', sql: KEPT },
  { version: 3, name: 'settlements alike', sql: SETTLEMENTS_ALIKE },
  { version: 4, name: 'failed by one comparison', sql: FAILED_BY_ONE_COMPARISON },
  { version: 5, name: 'journal id and held', sql: JOURNAL_ID_AND_HELD },
  { version: 6, name: 'time lived', sql: TIME_LIVED },
  { version: 7, name: 'records', sql: RECORDS },
  { version: 8, name: 'acts', sql: ACTS },
  { version: 9, name: 'found bodies', sql: FOUND_BODIES },
  { version: 10, name: 'sums', sql: SUMS, compute: sumSmallTables },
  { version: 11, name: 'stories', sql: STORIES },
  { version: 12, name: 'act sums', sql: ACT_SUMS },
];
