/**
 * The first tables. History is only added to: a settlement is a row of its own, so that no row of it is written twice;
 * the small tables `open`, `loose` and `seat` see all changes (docs/decisions/075).
 *
 * Texts that are looked up or sorted are so by their bytes, as in SQLite, whatever the locale of the database is.
 */
export const TABLES = `
CREATE TABLE lockstep.seat (
  seat smallint PRIMARY KEY,
  epoch bigint NOT NULL,
  batch bigint NOT NULL,
  last_seq bigint NOT NULL,
  last_token bigint NOT NULL,
  last_act bigint NOT NULL,
  lived bigint NOT NULL
) WITH (fillfactor = 10);
INSERT INTO lockstep.seat VALUES (0, 0, 0, 0, 0, 0, 0);

CREATE TABLE lockstep.member (
  seat smallint PRIMARY KEY,
  epoch bigint NOT NULL,
  life text NOT NULL,
  name text NOT NULL,
  place text NOT NULL,
  pid integer NOT NULL,
  has_left boolean NOT NULL
);

CREATE TABLE lockstep.cluster (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  nodes text COLLATE "C" NOT NULL UNIQUE
);

CREATE TABLE lockstep.command (
  seq bigint PRIMARY KEY,
  id text COLLATE "C" NOT NULL UNIQUE,
  group_id text COLLATE "C" NOT NULL,
  op text NOT NULL,
  ensure smallint NOT NULL,
  lane text NOT NULL,
  token bigint NOT NULL,
  cluster integer NOT NULL,
  accepted_at double precision NOT NULL,
  deadline_at double precision NOT NULL,
  lived bigint NOT NULL,
  begun boolean NOT NULL,
  record_digest text,
  record_bytes bigint
);
CREATE INDEX command_key ON lockstep.command (group_id, seq);

CREATE TABLE lockstep.open (
  seq bigint PRIMARY KEY,
  state text NOT NULL,
  stuck smallint NOT NULL DEFAULT 0,
  held smallint NOT NULL DEFAULT 0,
  reason text,
  began_at double precision
) WITH (
  fillfactor = 50,
  autovacuum_vacuum_threshold = 20000,
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_cost_delay = 0
);

CREATE TABLE lockstep.settled (
  seq bigint PRIMARY KEY,
  at double precision NOT NULL,
  state text NOT NULL,
  reason text,
  marked boolean NOT NULL,
  lived bigint NOT NULL,
  settlement text NOT NULL
);
CREATE INDEX settled_failed ON lockstep.settled (seq) WHERE state <> 'committed';
CREATE INDEX settled_age ON lockstep.settled (lived, seq);

CREATE TABLE lockstep.loose (seq bigint PRIMARY KEY);

CREATE TABLE lockstep.entry (
  seq bigint NOT NULL,
  n integer NOT NULL,
  kind text NOT NULL,
  at double precision NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (seq, n)
);

CREATE TABLE lockstep.record (seq bigint PRIMARY KEY, body text NOT NULL);
CREATE TABLE lockstep.story (seq bigint PRIMARY KEY, body text NOT NULL);
CREATE TABLE lockstep.found_body (
  seq bigint NOT NULL,
  node text NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (seq, node)
);

CREATE TABLE lockstep.kept (name text COLLATE "C" PRIMARY KEY, value text NOT NULL);

CREATE TABLE lockstep.act (
  number bigint PRIMARY KEY,
  at double precision NOT NULL,
  lived bigint NOT NULL,
  kind text NOT NULL,
  who text,
  proven smallint NOT NULL,
  door text NOT NULL,
  target text,
  filter text,
  outcome text NOT NULL,
  error text,
  matched bigint,
  results text
);
`;
