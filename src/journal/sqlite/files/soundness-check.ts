/** `node soundness-check FILE`: verifies a journal, and prints `ok` or the first fault. */
import Database from 'better-sqlite3';

const [path = ''] = process.argv.slice(2);

function look(): unknown {
  const db = new Database(path, { readonly: true, fileMustExist: true });
  try {
    return db.pragma('quick_check(1)', { simple: true });
  } finally {
    db.close();
  }
}

function looked(): unknown {
  try {
    return look();
  } catch (error) {
    const isDamage =
      error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code);
    // Any other failure proves nothing about the file.
    if (isDamage) return error.message;
    throw error;
  }
}

process.send?.(looked(), () => process.disconnect());
