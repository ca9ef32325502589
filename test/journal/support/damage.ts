/** Journals with damage, and the examination of one. */
import Database from 'better-sqlite3';
import { examineAll } from '../../../src/journal/sqlite/sums/examine.ts';
import type { Findings } from '../../../src/journal/sqlite/sums/faults.ts';
import { Head } from '../../../src/journal/sqlite/sums/head.ts';
import { clusterSum } from '../../../src/journal/sqlite/sums/row-sums.ts';

export function examined(file: string): Findings {
  const db = new Database(file, { readonly: true });
  try {
    return examineAll(db);
  } finally {
    db.close();
  }
}

/** The commands as they are, as if a version without checksums had written them. */
export function forgetSums(db: Database.Database): void {
  db.exec('UPDATE command SET accept_sum = NULL, state_sum = NULL; UPDATE record SET sum = NULL');
  const rows = db.prepare<[], { id: number; nodes: string }>('SELECT id, nodes FROM cluster');
  for (const { id, nodes } of rows.all()) {
    db.prepare('UPDATE cluster SET sum = ? WHERE id = ?').run(clusterSum(id, nodes), id);
  }
  const head = new Head(db);
  const now = head.unchecked();
  head.write({ ...now, summedAfter: now.lastSeq, liveSum: 0, everySum: 0 });
}
