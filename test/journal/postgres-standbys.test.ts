/** A database whose standbys could lack what was confirmed is refused at the start. */
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { checkDatabase } from '../../src/cli/doctor/journal/database.ts';
import { failureOf } from '../../src/coordinator/start.ts';
import { JournalError } from '../../src/journal/errors.ts';
import { openPostgres } from '../../src/journal/postgres/open.ts';
import { PASSWORD, type Postgres, postgresMissing, startPostgres } from '../support/postgres.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { batch } from './support/writes.ts';

const missing = postgresMissing();
const WAIT = { timeout: 30_000, interval: 50 };
const SENDERS = 'SELECT 1 FROM pg_stat_replication';
let server: Postgres;
let url: string;

beforeAll(async () => {
  if (missing !== undefined) return;
  server = await startPostgres();
  url = await server.database('journal');
}, 60_000);
afterAll(async () => server?.[Symbol.asyncDispose]());

/** What a start logs; an error if it is refused. */
async function start(mayForget = false): Promise<readonly string[] | JournalError> {
  const warnings: string[] = [];
  const log = { info: () => {}, warn: (message: string) => void warnings.push(message) };
  try {
    const journal = await openPostgres(url, {
      folder: tempFolder(),
      member: 'test',
      mayForget,
      log,
    });
    await journal.commit(batch({ forget: [1] }));
    await journal.close();
    return warnings;
  } catch (error) {
    if (error instanceof JournalError) return error;
    throw error;
  }
}

async function doctor(mayForget = false): Promise<readonly string[]> {
  const found = await checkDatabase({ url, mayForget }, Promise.resolve(false));
  return found.slice(1).map(({ level, message }) => `${level}: ${message}`);
}

test('P3: with asynchronous standbys alone a start is refused with 78, until one is synchronous', async (ctx) => {
  if (missing !== undefined) return ctx.skip(missing);
  const alone = 'the database of the journal has no standby';
  expect(await start()).toEqual([alone]);
  expect(await start(true)).toEqual([]);
  expect(await doctor()).toEqual(['warn: the server has no standby']);
  expect(await doctor(true)).toEqual([]);

  await using _standby = await server.standby('second');
  const follows = `SELECT 1 FROM pg_stat_replication WHERE application_name = 'second' AND state = 'streaming'`;
  await vi.waitUntil(async () => (await server.admin(follows)).length === 1, WAIT);
  const refused = await start();
  expect(refused).toMatchObject({
    code: 'asynchronous',
    message: expect.not.stringContaining(PASSWORD),
  });
  expect(failureOf(refused as JournalError)).toMatchObject({ exitCode: 78 });
  expect((refused as JournalError).hint).toContain('LOCKSTEP_JOURNAL_MAY_FORGET=true');
  expect(await doctor()).toEqual(['fail: its standby is asynchronous']);
  expect(await start(true)).toEqual([]);
  expect(await doctor(true)).toEqual([]);

  await server.admin(`ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (second)'`);
  await server.admin('SELECT pg_reload_conf()');
  const isSynchronous = `SELECT 1 FROM pg_stat_replication WHERE sync_state = 'quorum'`;
  await vi.waitUntil(async () => (await server.admin(isSynchronous)).length === 1, WAIT);
  expect(await start()).toEqual([]);
  expect(await doctor()).toEqual([]);
}, 120_000);

test('P9: a backup that runs is no standby, and refuses no start', async (ctx) => {
  if (missing !== undefined) return ctx.skip(missing);
  await server.admin('ALTER SYSTEM RESET synchronous_standby_names');
  await server.admin('SELECT pg_reload_conf()');
  await server.admin('ALTER ROLE lockstep REPLICATION');
  const received: Record<string, unknown> = {};
  for (const name of ['pg_basebackup', 'pg_receivewal', 'third']) {
    const sender = new Client(`${url}?replication=database&application_name=${name}`);
    await sender.connect();
    await vi.waitUntil(async () => (await server.admin(SENDERS)).length === 1, WAIT);
    received[name] = await start();
    await sender.end();
    await vi.waitUntil(async () => (await server.admin(SENDERS)).length === 0, WAIT);
  }
  const alone = ['the database of the journal has no standby'];
  expect(received).toMatchObject({
    pg_basebackup: alone,
    pg_receivewal: alone,
    third: { code: 'asynchronous' },
  });
});
