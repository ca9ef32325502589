/** Changes beside the batches: kept values, held commands, acts of operators, pruning. Each is a link of the chain. */
export const WORDS = `
CREATE FUNCTION lockstep.words_v1(p_seat smallint, p_epoch bigint, p_batch bigint, p json, OUT outcome text)
LANGUAGE plpgsql AS $$
BEGIN
  outcome := lockstep.chain_v1(p_seat, p_epoch, p_batch);
  IF outcome <> 'done' THEN
    RETURN;
  END IF;
  DELETE FROM lockstep.kept USING json_to_recordset(p -> 'keep') AS k(name text, value text)
  WHERE kept.name = k.name AND k.value IS NULL;
  INSERT INTO lockstep.kept (name, value)
  SELECT k.name, k.value FROM json_to_recordset(p -> 'keep') AS k(name text, value text) WHERE k.value IS NOT NULL
  ON CONFLICT (name) DO UPDATE SET value = excluded.value;
  UPDATE lockstep.open o SET held = h.held
  FROM json_to_recordset(p -> 'hold') AS h(seq bigint, held smallint)
  WHERE o.seq = h.seq AND o.held <> h.held;
  UPDATE lockstep.act a SET outcome = e.outcome, error = e.error, matched = e.matched, results = e.results
  FROM json_to_recordset(p -> 'end') AS e(nth integer, number bigint, outcome text, error text, matched bigint, results text)
  WHERE a.number = e.number AND e.nth = (
    SELECT max(l.nth) FROM json_to_recordset(p -> 'end') AS l(nth integer, number bigint) WHERE l.number = e.number);
  INSERT INTO lockstep.act (number, at, lived, kind, who, proven, door, target, filter, outcome)
  SELECT b.number, b.at, b.lived, b.kind, b.who, b.proven, b.door, b.target, b.filter, 'unfinished'
  FROM json_to_recordset(p -> 'begin') AS b(
    number bigint, at double precision, lived bigint, kind text, who text, proven smallint, door text, target text,
    filter text);
  UPDATE lockstep.seat SET last_act = (p ->> 'lastAct')::bigint WHERE seat = p_seat AND p -> 'lastAct' IS NOT NULL;
END $$;

CREATE FUNCTION lockstep.prune_v1(
  p_seat smallint, p_epoch bigint, p_batch bigint, p_what text, p_lived bigint, p_before bigint, p_limit integer,
  OUT outcome text, OUT pruned integer
) LANGUAGE plpgsql AS $$
DECLARE
  gone bigint[];
BEGIN
  outcome := lockstep.chain_v1(p_seat, p_epoch, p_batch);
  pruned := 0;
  IF outcome <> 'done' THEN
    RETURN;
  END IF;
  IF p_what = 'commands' THEN
    gone := ARRAY(
      SELECT s.seq FROM lockstep.settled s
      WHERE s.lived < p_before AND NOT EXISTS (SELECT 1 FROM lockstep.loose l WHERE l.seq = s.seq)
      ORDER BY s.lived, s.seq LIMIT p_limit);
    DELETE FROM lockstep.settled WHERE seq = ANY (gone);
    DELETE FROM lockstep.command WHERE seq = ANY (gone);
    DELETE FROM lockstep.entry WHERE seq = ANY (gone);
    DELETE FROM lockstep.record WHERE seq = ANY (gone);
    DELETE FROM lockstep.story WHERE seq = ANY (gone);
    UPDATE lockstep.seat SET lived = GREATEST(lived, p_lived) WHERE seat = p_seat;
    pruned := cardinality(gone);
  ELSIF p_what = 'records' THEN
    DELETE FROM lockstep.record WHERE seq IN (
      SELECT oldest.seq FROM (SELECT seq FROM lockstep.record ORDER BY seq LIMIT p_limit) AS oldest
      JOIN lockstep.settled s ON s.seq = oldest.seq
      WHERE s.lived < p_before);
    GET DIAGNOSTICS pruned = ROW_COUNT;
  ELSE
    DELETE FROM lockstep.act
    WHERE number IN (SELECT number FROM lockstep.act ORDER BY number LIMIT p_limit) AND lived < p_before;
    GET DIAGNOSTICS pruned = ROW_COUNT;
  END IF;
END $$;
`;
