/**
 * The standbys of a database: whether one that is promoted has all that was confirmed.
 *
 * A role without special rights sees of each follower its name and its process alone. Programs that copy or archive are
 * followers too, and so are subscribers of logical replication: none of them is ever promoted.
 */

/** For a SELECT: `standbys`, `synchronous`. */
export const STANDBYS = `
  (SELECT count(*) FROM pg_stat_replication r
    WHERE r.application_name NOT IN ('pg_basebackup', 'pg_receivewal') AND NOT EXISTS (
      SELECT 1 FROM pg_replication_slots l WHERE l.slot_type = 'logical' AND l.active_pid = r.pid)) AS standbys,
  current_setting('synchronous_standby_names') AS synchronous`;

export interface Standbys {
  readonly standbys: number;
  /** `synchronous_standby_names`; empty: it waits for none of them. */
  readonly synchronous: string;
}

/** `forgets`: a standby can be promoted that lacks what was confirmed. `alone`: a lost disk is a lost journal. */
export function riskOf({ standbys, synchronous }: Standbys): 'forgets' | 'alone' | undefined {
  if (synchronous !== '') return undefined;
  return standbys > 0 ? 'forgets' : 'alone';
}

export const FORGETS_HINT =
  'Set synchronous_standby_names: a standby that is promoted can otherwise lack commands that were already answered. To' +
  ' accept that: LOCKSTEP_JOURNAL_MAY_FORGET=true.';
export const ALONE_HINT =
  'A lost disk of the server is a lost journal: attach synchronous standbys, or keep backups. To accept that:' +
  ' LOCKSTEP_JOURNAL_MAY_FORGET=true.';

export function asynchronousText(standbys: number): string {
  return standbys === 1
    ? 'its standby is asynchronous'
    : `its ${standbys} standbys are asynchronous`;
}
