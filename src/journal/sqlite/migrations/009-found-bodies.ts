/**
 * Bodies of records that surveys found, in a table of their own: thousands of rollbacks may be open, and their large
 * bodies must not come into memory at a start. Those of open commands are moved there; 256 as in stored-bodies.ts.
 * They go when their command is settled.
 */
export const FOUND_BODIES = `
CREATE TABLE found_body (
  seq  INTEGER NOT NULL,
  node TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (seq, node)
) STRICT;

INSERT INTO found_body (seq, node, body)
SELECT entry.seq, found.key, json_extract(found.value, '$.body')
FROM command INDEXED BY command_open
CROSS JOIN entry ON entry.seq = command.seq
CROSS JOIN json_each(entry.body, '$.findings') AS found
WHERE command.settled_at IS NULL AND entry.kind = 'began'
  AND length(json_extract(found.value, '$.body')) > 256
  AND instr(entry.body, '\\u0000') = 0; -- SQLite would end a body there: it stays where it is

UPDATE entry SET body = (
  SELECT json_object('findings', json_group_object(found.key, json(
    CASE WHEN stored.seq IS NULL THEN found.value
    ELSE json_set(json_remove(found.value, '$.body'), '$.stored', json('true')) END)))
  FROM json_each(entry.body, '$.findings') AS found
  LEFT JOIN found_body AS stored ON stored.seq = entry.seq AND stored.node = found.key)
WHERE kind = 'began' AND seq IN (SELECT seq FROM found_body);
`;
