/** The driver for PostgreSQL under test: one server for all tests of a file, emptied for each of them. */
import { rmSync } from 'node:fs';
import { Client } from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { openPostgres } from '../../../src/journal/postgres/open.ts';
import { type Postgres, postgresMissing, startPostgres } from '../../support/postgres.ts';
import { type Driver, scratch } from './driver.ts';

const TABLES =
  'member,cluster,command,open,settled,loose,entry,record,story,found_body,kept,act'.split(',');
/** The tables stay: to make them takes half a second. */
const EMPTY = `
  DO $$ BEGIN
    IF to_regnamespace('lockstep') IS NOT NULL THEN
${TABLES.map((table) => `      DELETE FROM lockstep.${table};`).join('\n')}
      DELETE FROM lockstep.setting WHERE name IN ('moving', 'moved');
      UPDATE lockstep.seat SET epoch = 0, batch = 0, last_seq = 0, last_token = 0, last_act = 0, lived = 0;
    END IF;
  END $$`;

export interface PostgresUnderTest extends Driver {
  readonly server: Postgres;
  /** Of the database that is emptied. */
  readonly url: string;
}

/** Call it at the top of a file. */
export function postgres(lookedAt?: number): PostgresUnderTest {
  const missing = postgresMissing();
  let server: Postgres | undefined;
  let url = '';
  beforeAll(async () => {
    if (missing !== undefined) return;
    server = await startPostgres(['fsync = off']);
    url = await server.database('journal');
  }, 60_000);
  afterAll(async () => server?.[Symbol.asyncDispose]());
  return {
    name: lookedAt === undefined ? 'postgres' : `postgres, listing ${lookedAt} rows at a time`,
    ...(missing === undefined ? {} : { missing }),
    get server() {
      if (server === undefined) throw new Error('no server');
      return server;
    },
    get url() {
      return url;
    },
    async create() {
      await execute(url, EMPTY);
      const folder = scratch();
      const bounds = lookedAt === undefined ? {} : { lookedAt };
      return {
        open: () => openPostgres(url, { folder, member: 'test', ...bounds }),
        dispose: () => rmSync(folder, { recursive: true }),
      };
    },
  };
}

async function execute(url: string, text: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(text);
  await client.end();
}
