/**
 * The chain: each change of the journal is numbered, and the first statement of its transaction raises the number of its
 * seat by one. That row is the fence against another daemon, the lock until the commit, the renewal of the seat, and the
 * reason why a change that is sent twice is made once (docs/decisions/075).
 *
 * `done`: the transaction goes on. `already`: this very change was made before. `forgot`: the database has lost changes
 * that it had confirmed. `fenced`: another daemon has taken the seat.
 *
 * A change is only worth its confirmation if it is on the disk, whatever the server's default is.
 */
export const CHAIN = `
CREATE FUNCTION lockstep.chain_v1(p_seat smallint, p_epoch bigint, p_batch bigint) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  now_epoch bigint;
  now_batch bigint;
BEGIN
  IF current_setting('synchronous_commit') NOT IN ('on', 'remote_apply') THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
  UPDATE lockstep.seat SET batch = p_batch
  WHERE seat = p_seat AND epoch = p_epoch AND batch = p_batch - 1;
  IF FOUND THEN
    RETURN 'done';
  END IF;
  SELECT epoch, batch INTO now_epoch, now_batch FROM lockstep.seat WHERE seat = p_seat;
  RETURN CASE
    WHEN now_epoch = p_epoch AND now_batch = p_batch THEN 'already'
    WHEN now_epoch > p_epoch OR (now_epoch = p_epoch AND now_batch > p_batch) THEN 'fenced'
    ELSE 'forgot'
  END;
END $$;
`;
