/** `node soundness-check FILE`: examines a journal, and sends the findings to the process that started it. */
import { constants, setPriority } from 'node:os';
import Database from 'better-sqlite3';
import { examineAll } from '../sums/examine.ts';
import type { Findings } from '../sums/faults.ts';

const [path = ''] = process.argv.slice(2);

function look(): Findings {
  const db = new Database(path, { readonly: true, fileMustExist: true });
  try {
    return examineAll(db);
  } finally {
    db.close();
  }
}

function looked(): Findings {
  try {
    return look();
  } catch (error) {
    const isDamage =
      error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code);
    // Any other failure proves nothing about the file.
    if (!isDamage) throw error;
    const fault = { what: 'file', message: error.message, isFatal: true } as const;
    return { faults: [fault], fatal: 1, damaged: 0, commands: 0, unsummed: 0 };
  }
}

setPriority(constants.priority.PRIORITY_LOW);
process.send?.(looked(), () => process.disconnect());
