/** Examines a journal or a copy by a connection that only reads; a daemon may write to it meanwhile. */
import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { JournalError } from '../../errors.ts';
import { asCopyError } from '../failure.ts';
import { inspect } from '../open/migrate.ts';
import { examineAll, examineStructure } from '../sums/examine.ts';
import type { Findings } from '../sums/faults.ts';

/** The first schema with checksums. */
const SUMS_SINCE = 10;
/** The writer holds its lock for one commit at a time. */
const BUSY_TIMEOUT_MS = 10_000;

export interface Checked extends Findings {
  /** The file is of an earlier schema, without checksums: only its structure was checked. */
  readonly isOld: boolean;
}

/** @throws JournalError if it cannot be read at all, or is no journal */
export function checkFile(file: string): Checked {
  if (!existsSync(file)) {
    throw new JournalError(`there is no journal at ${file}`, {
      code: 'denied',
      hint: "Name a file, or run it in the daemon's working directory, with the daemon's settings.",
    });
  }
  try {
    const db = new Database(file, { readonly: true, timeout: BUSY_TIMEOUT_MS });
    try {
      const version = inspect(db);
      if (version === 0) throw new JournalError(`${file} is empty`, { code: 'foreign' });
      if (version < SUMS_SINCE) return { ...examineStructure(db), isOld: true };
      return { ...examineAll(db), isOld: false };
    } finally {
      db.close();
    }
  } catch (error) {
    throw asCopyError(error, { copy: file, seen: file, hint: HINT });
  }
}

const HINT = 'Look at the file and its disk. To go back to a backup: lockstep restore FILE.';
