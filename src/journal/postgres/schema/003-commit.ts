/**
 * The commit of a batch: accept, begin, append, settle, forget, in this order, so one batch may carry the whole life of a
 * command. Each step compares the number of rows that it changed with the number that it was given; another one is a
 * programmer's error (SQLSTATE LS001) and undoes all.
 *
 * What every command needs comes in arrays, and texts in one text each, parted by U+001F, which neither ids nor keys nor
 * JSON can hold; `string_to_array` costs a fraction of JSON. The rest comes as JSON.
 *
 * A small table that is analyzed while it is empty would be read whole ever after, dead rows included: the function plans
 * with indexes only.
 */
export const COMMIT = `
CREATE FUNCTION lockstep.expect_v1(p_found bigint, p_given bigint[], p_what text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF p_found <> cardinality(p_given) THEN
    RAISE EXCEPTION '% of commands % %', cardinality(p_given) - p_found, p_given[1:20], p_what
      USING ERRCODE = 'LS001';
  END IF;
END $$;

CREATE FUNCTION lockstep.seqs_v1(p json) RETURNS bigint[]
LANGUAGE sql IMMUTABLE AS $$
  SELECT COALESCE(array_agg((value ->> 'seq')::bigint), '{}') FROM json_array_elements(p);
$$;

CREATE FUNCTION lockstep.begin_v1(p json) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  found bigint;
BEGIN
  UPDATE lockstep.open o SET state = 'applying', began_at = b.at
  FROM json_to_recordset(p) AS b(seq bigint, at double precision)
  WHERE o.seq = b.seq AND o.state = 'accepted';
  GET DIAGNOSTICS found = ROW_COUNT;
  PERFORM lockstep.expect_v1(found, lockstep.seqs_v1(p), 'begin, but are not accepted');
END $$;

CREATE FUNCTION lockstep.append_v1(p json, p_turns json) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  found bigint;
BEGIN
  INSERT INTO lockstep.entry (seq, n, kind, at, body)
  SELECT e.seq, e.k + COALESCE((SELECT max(x.n) FROM lockstep.entry x WHERE x.seq = e.seq), 0), e.kind, e.at, e.body
  FROM json_to_recordset(p) AS e(seq bigint, k integer, kind text, at double precision, body text)
  JOIN lockstep.open o ON o.seq = e.seq AND o.state <> 'accepted';
  GET DIAGNOSTICS found = ROW_COUNT;
  PERFORM lockstep.expect_v1(found, lockstep.seqs_v1(p), 'get an entry, but have not begun or are settled');
  UPDATE lockstep.open o SET
    state = CASE WHEN t.reason IS NULL THEN o.state ELSE 'compensating' END,
    reason = COALESCE(t.reason, o.reason),
    stuck = GREATEST(o.stuck, t.stuck)
  FROM json_to_recordset(p_turns) AS t(seq bigint, reason text, stuck smallint)
  WHERE o.seq = t.seq;
END $$;

CREATE FUNCTION lockstep.forget_v1(p json) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  given bigint[] := ARRAY(SELECT value::bigint FROM json_array_elements_text(p));
BEGIN
  IF EXISTS (SELECT 1 FROM lockstep.open WHERE seq = ANY (given)) THEN
    RAISE EXCEPTION 'one of commands % is forgotten open', given[1:20] USING ERRCODE = 'LS001';
  END IF;
  DELETE FROM lockstep.loose WHERE seq = ANY (given);
END $$;

CREATE FUNCTION lockstep.commit_v1(
  p_seat smallint, p_epoch bigint, p_batch bigint, p_lived bigint,
  a_seq bigint[], a_flags smallint[], a_token bigint[], a_cluster integer[],
  a_at double precision[], a_deadline double precision[], a_bytes bigint[],
  a_id text, a_key text, a_digest text,
  s_seq bigint[], s_at double precision[], s_marked boolean[], s_state text, s_reason text, s_text text,
  p_rest json,
  OUT outcome text, OUT stored bigint[]
) LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  top_seq bigint;
  top_token bigint;
  found bigint;
BEGIN
  outcome := lockstep.chain_v1(p_seat, p_epoch, p_batch);
  IF outcome <> 'done' THEN
    RETURN;
  END IF;

  IF a_seq <> '{}' THEN
    -- By id: two daemons that accept the same ids cannot wait for each other.
    WITH new AS (
      INSERT INTO lockstep.command (
        seq, id, group_id, op, ensure, lane, token, cluster, accepted_at, deadline_at, lived,
        begun, record_digest, record_bytes)
      SELECT
        g.seq, g.id, g.key, CASE WHEN g.flags & 4 = 0 THEN 'create' ELSE 'delete' END, (g.flags >> 1) & 1,
        CASE WHEN g.flags & 8 = 0 THEN 'interactive' ELSE 'bulk' END, g.token, g.cluster, g.at, g.deadline,
        p_lived, g.flags & 1 = 1, NULLIF(g.digest, ''), NULLIF(g.bytes, -1)
      FROM unnest(
        a_seq, a_flags, a_token, a_cluster, a_at, a_deadline, a_bytes, string_to_array(a_id, E'\\x1f'),
        string_to_array(a_key, E'\\x1f'), string_to_array(a_digest, E'\\x1f')
      ) WITH ORDINALITY AS g(seq, flags, token, cluster, at, deadline, bytes, id, key, digest, nth)
      ORDER BY g.id COLLATE "C", g.nth
      ON CONFLICT (id) DO NOTHING
      RETURNING command.seq, command.token, command.accepted_at, command.begun
    ), opened AS (
      INSERT INTO lockstep.open (seq, state, began_at)
      SELECT
        new.seq, CASE WHEN new.begun THEN 'applying' ELSE 'accepted' END,
        CASE WHEN new.begun THEN new.accepted_at END
      FROM new
    )
    SELECT array_agg(new.seq), max(new.seq), max(new.token) INTO stored, top_seq, top_token FROM new;
    IF stored IS NOT NULL THEN
      UPDATE lockstep.seat SET
        last_seq = GREATEST(last_seq, top_seq), last_token = GREATEST(last_token, top_token),
        lived = GREATEST(lived, p_lived)
      WHERE seat = p_seat;
      IF cardinality(stored) = cardinality(a_seq) THEN
        stored := NULL;
      END IF;
    ELSE
      stored := '{}';
    END IF;
  END IF;

  IF p_rest IS NOT NULL THEN
    IF p_rest -> 'record' IS NOT NULL THEN
      INSERT INTO lockstep.record (seq, body)
      SELECT r.seq, r.body FROM json_to_recordset(p_rest -> 'record') AS r(seq bigint, id text, body text)
      JOIN lockstep.command c ON c.seq = r.seq AND c.id = r.id
      ON CONFLICT DO NOTHING;
    END IF;
    IF p_rest -> 'begin' IS NOT NULL THEN
      PERFORM lockstep.begin_v1(p_rest -> 'begin');
    END IF;
    IF p_rest -> 'found' IS NOT NULL THEN
      INSERT INTO lockstep.found_body (seq, node, body)
      SELECT f.seq, f.node, f.body
      FROM json_to_recordset(p_rest -> 'found') AS f(seq bigint, node text, body text);
    END IF;
    IF p_rest -> 'append' IS NOT NULL THEN
      PERFORM lockstep.append_v1(p_rest -> 'append', p_rest -> 'turns');
    END IF;
  END IF;

  IF s_seq <> '{}' THEN
    WITH closed AS (
      DELETE FROM lockstep.open USING unnest(
        s_seq, s_at, s_marked, string_to_array(s_state, E'\\x1f'), string_to_array(s_reason, E'\\x1f'),
        string_to_array(s_text, E'\\x1f')
      ) AS g(seq, at, marked, state, reason, settlement)
      WHERE open.seq = g.seq
      RETURNING g.*, open.reason AS turned_for
    )
    INSERT INTO lockstep.settled (seq, at, state, reason, marked, lived, settlement)
    SELECT seq, at, state, COALESCE(NULLIF(reason, ''), turned_for), marked, p_lived, settlement FROM closed;
    GET DIAGNOSTICS found = ROW_COUNT;
    PERFORM lockstep.expect_v1(found, s_seq, 'settle, but are not open');
    IF EXISTS (SELECT 1 FROM lockstep.found_body LIMIT 1) THEN
      DELETE FROM lockstep.found_body WHERE seq = ANY (s_seq);
    END IF;
  END IF;

  IF p_rest IS NOT NULL THEN
    IF p_rest -> 'loose' IS NOT NULL THEN
      INSERT INTO lockstep.loose (seq) SELECT value::bigint FROM json_array_elements_text(p_rest -> 'loose');
    END IF;
    IF p_rest -> 'story' IS NOT NULL THEN
      INSERT INTO lockstep.story (seq, body)
      SELECT t.seq, t.body FROM json_to_recordset(p_rest -> 'story') AS t(seq bigint, body text);
    END IF;
    IF p_rest -> 'forget' IS NOT NULL THEN
      PERFORM lockstep.forget_v1(p_rest -> 'forget');
    END IF;
  END IF;
END $$;
`;
