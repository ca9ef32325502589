import type { Database, Statement } from 'better-sqlite3';

export type AcceptParams = [
  seq: number,
  id: string,
  op: string,
  groupId: string,
  ensure: 0 | 1,
  lane: string,
  token: string,
  cluster: number,
  acceptedAt: number,
  deadlineAt: number,
  state: 'accepted' | 'applying',
  beganAt: number | null,
  lived: number,
];

/** Changes nothing if the id is taken (P7); fails if the `seq` is. */
export function prepareAccept(db: Database): Statement<AcceptParams> {
  return db.prepare(`
    INSERT INTO command (
      seq, id, op, group_id, ensure, lane, token, cluster, accepted_at, deadline_at,
      state, began_at, lived
    ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO NOTHING`);
}
