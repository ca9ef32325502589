/** Statements that wait at the server: none keeps a connection that its client has given up (docs/decisions/075). */
import { Client } from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { Link } from '../../src/journal/postgres/link.ts';
import { type Pgbouncer, pgbouncerMissing, startPgbouncer } from '../support/pgbouncer.ts';
import { ROLE } from '../support/postgres.ts';
import { postgres } from './support/postgres-driver.ts';
import { openFor } from './support/postgres-life.ts';
import { batch, begun, settleAll } from './support/writes.ts';

const driver = postgres();
const withoutPool = driver.missing ?? pgbouncerMissing();
const WAIT = { timeout: 30_000, interval: 50 };
let bouncer: Pgbouncer | undefined;
beforeAll(async () => {
  if (withoutPool === undefined) bouncer = await startPgbouncer(driver.server.port);
}, 60_000);
afterAll(async () => bouncer?.[Symbol.asyncDispose]());

const ways = [
  ['directly', driver.missing, () => driver.url],
  [
    'behind pgbouncer',
    withoutPool,
    () => driver.url.replace(`:${driver.server.port}/`, `:${bouncer?.port}/`),
  ],
] as const;

async function countWaiting(): Promise<number> {
  const [row] = await driver.server.admin(
    `SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE usename = '${ROLE}' AND state = 'active'`,
    'journal',
  );
  return Number(row?.['waiting']);
}

test.for(ways)(
  'P9: repeats at a locked table hold one connection each (%s)',
  async ([, missing, url], ctx) => {
    if (missing !== undefined) return ctx.skip(missing);
    await driver.create();
    const onWaiting = vi.fn();
    const journal = await openFor(url(), { onWaiting });
    await settleAll(journal, [begun(1)]);
    const blocker = new Client({
      connectionString: driver.url.replace(`//${ROLE}:`, '//admin:'),
    });
    await blocker.connect();
    onTestFinished(async () => blocker.end());
    await blocker.query('BEGIN; LOCK TABLE lockstep.command IN ACCESS EXCLUSIVE MODE');

    const commit = journal.commit(batch({ accept: [begun(2)] }));
    const found = journal.find('id-1');
    await vi.waitUntil(() => onWaiting.mock.calls.length >= 6, WAIT);
    expect(await countWaiting()).toBeLessThanOrEqual(2);
    await blocker.query('COMMIT');
    await commit;
    expect(await found).toMatchObject({ state: 'committed' });
    expect((await journal.head()).lastSeq).toBe(2);
  },
);

test.for(ways)(
  'P9: a statement that its client has given up ends at the server (%s)',
  async ([, missing, url], ctx) => {
    if (missing !== undefined) return ctx.skip(missing);
    await driver.create();
    await (await openFor(url())).close();
    const link = new Link({ url: url(), name: 'test' });
    onTestFinished(() => link.close());
    const late = link.query('SELECT pg_sleep(600)', [], 500);
    await vi.waitUntil(async () => (await countWaiting()) === 1, WAIT);
    await expect(late).rejects.toThrow('no answer within 500 ms');
    await vi.waitUntil(async () => (await countWaiting()) === 0, WAIT);
  },
);
