/**
 * A journal that was set back goes on as a restored one: numbers and owner marks continue far above all that can have
 * been given meanwhile, and open commands are held until an operator decides (P1, P7). It is another journal from then
 * on, and the trail of acts says so.
 */
import { ACT_RAISE, SEQ_RAISE, TOKEN_RAISE_MICROS } from '../../raised.ts';

export const SET_BACK = `
CREATE FUNCTION lockstep.set_back_v1(
  p_seat smallint, p_epoch bigint, p_batch bigint, p_at double precision, p_journal text,
  OUT outcome text, OUT held bigint
) LANGUAGE plpgsql SET lock_timeout = '2500ms' AS $$
BEGIN
  outcome := lockstep.chain_v1(p_seat, p_epoch, p_batch);
  IF outcome <> 'done' THEN
    RETURN;
  END IF;
  UPDATE lockstep.open SET held = 1 WHERE open.held = 0;
  SELECT count(*) INTO held FROM lockstep.open;
  UPDATE lockstep.seat SET
    last_seq = last_seq + ${SEQ_RAISE},
    last_token = CASE last_token WHEN 0 THEN 0 ELSE last_token + ${TOKEN_RAISE_MICROS} END,
    last_act = last_act + ${ACT_RAISE}
  WHERE seat = p_seat;
  INSERT INTO lockstep.act (number, at, lived, kind, proven, door, target, outcome, results)
  SELECT last_act, p_at, lived, 'journal_restored', 0, 'file', 'database', 'done', json_build_object('held', held)::text
  FROM lockstep.seat WHERE seat = p_seat;
  UPDATE lockstep.setting SET value = p_journal WHERE name = 'journal_id';
END $$;
`;
