import type { Database, Statement } from 'better-sqlite3';

export function prepareTurn(db: Database): Statement<[reason: string, seq: number]> {
  return db.prepare(`UPDATE command SET state = 'compensating', reason = ? WHERE seq = ?`);
}

export function prepareFlagStuck(db: Database): Statement<[seq: number]> {
  return db.prepare('UPDATE command SET stuck = 1 WHERE seq = ?');
}
