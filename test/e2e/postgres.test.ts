/** The daemon on a journal in PostgreSQL: it promises what it promises on SQLite. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { isError, type LockstepClient } from '../../src/client/index.ts';
import { startCluster, statusOf } from '../support/cluster.ts';
import { pgbouncerMissing, startPgbouncer } from '../support/pgbouncer.ts';
import { PASSWORD, type Postgres, postgresMissing, startPostgres } from '../support/postgres.ts';

const WAIT = { timeout: 30_000, interval: 100 };
const missing = postgresMissing();

async function startServer(settings?: readonly string[]): Promise<Postgres> {
  const server = await startPostgres(settings);
  onTestFinished(async () => server[Symbol.asyncDispose]());
  return server;
}

test('P1, P3, P7: it creates and deletes, is killed, and goes on where it was', async (ctx) => {
  if (missing !== undefined) return ctx.skip(missing);
  const server = await startServer();
  const env = { LOCKSTEP_JOURNAL: await server.database('journal') };
  const { sim, daemon, client } = await startCluster({ env });
  expect(await client.create('one', { id: 'first' })).toMatchObject({ state: 'committed' });
  expect(await client.delete('one')).toMatchObject({ state: 'committed' });
  await sim.setFaults('node02', { errorBefore: 1 });
  const open = await client.create('two', { id: 'second', wait: 'accepted', deadlineMs: 60_000 });
  expect(open).toMatchObject({ state: 'applying' });

  await daemon.kill9();
  await sim.clearFaults();
  await daemon.restart();
  expect(await statusOf(client, 'second', { state: 'committed' })).toBeDefined();
  expect(await client.create('one', { id: 'first' })).toMatchObject({ state: 'committed' });
  for (const node of ['node01', 'node02', 'node03']) expect(await sim.list(node)).toEqual(['two']);
  expect(await daemon.stop()).toBe(0);
  expect(daemon.output).not.toContain(PASSWORD);
});

const ways = ['freeze', 'immediate'] as const;

test.for(ways)(
  'P3, P7, P9: away (%s) and back: new commands are refused, nodes called no more, and it goes on',
  async (how, ctx) => {
    if (missing !== undefined) return ctx.skip(missing);
    const server = await startServer();
    const env = { LOCKSTEP_JOURNAL: await server.database('journal') };
    const { sim, daemon, client } = await startCluster({ env });
    await sim.setFaults('node02', { errorBefore: 1 });
    const open = await client.create('one', { id: 'open', wait: 'accepted', deadlineMs: 90_000 });
    expect(open).toMatchObject({ state: 'applying' });

    await server.stop(how);
    await vi.waitUntil(async () => (await refusalOf(client)) === 'unavailable', WAIT);
    await vi.waitUntil(async () => (await fetch(`${daemon.opsUrl}/readyz`)).status === 503, WAIT);
    const callsOf = async () => (await sim.counters())['node02']?.calls.create;
    // Retries come at least every few seconds; none leaves once the daemon's trust has ended.
    let before = await callsOf();
    await vi.waitUntil(
      async () => {
        const now = await callsOf();
        const isSilent = JSON.stringify(now) === JSON.stringify(before);
        before = now;
        return isSilent;
      },
      { timeout: 30_000, interval: 4000 },
    );

    await sim.clearFaults();
    await server.start();
    expect(await statusOf(client, 'open', { state: 'committed' })).toBeDefined();
    expect(await client.create('two', { deadlineMs: 20_000 })).toMatchObject({
      state: 'committed',
    });
    await vi.waitUntil(async () => (await fetch(`${daemon.opsUrl}/readyz`)).status === 200, WAIT);
    // One that was on its way when the database went may be among them.
    const [isSame] = await sim.stats();
    expect(isSame).toBe(true);
    expect(await sim.list('node02')).toEqual(expect.arrayContaining(['one', 'two']));
    expect(await daemon.stop()).toBe(0);
  },
);

test('P3, P9: it stops while the database is away, and the next start continues', async (ctx) => {
  if (missing !== undefined) return ctx.skip(missing);
  const server = await startServer();
  const env = {
    LOCKSTEP_JOURNAL: await server.database('journal'),
    LOCKSTEP_REQUEST_TIMEOUT_MS: '500',
    LOCKSTEP_CONNECT_TIMEOUT_MS: '500',
    LOCKSTEP_BREAKER_SLOW_MS: '500',
    LOCKSTEP_DRAIN_MS: '1000',
  };
  const { sim, daemon, client } = await startCluster({ env });
  await sim.setFaults('node02', { errorBefore: 1 });
  await client.create('one', { id: 'open', wait: 'accepted', deadlineMs: 90_000 });
  await server.stop('immediate');
  await vi.waitUntil(async () => (await refusalOf(client)) === 'unavailable', WAIT);
  daemon.signal('SIGTERM');
  await daemon.ended();
  expect(daemon.output).not.toContain('hard exit');
  // A stack trace has lines that begin so, also within a field.
  expect(daemon.output).not.toMatch(/\s+at .*\.[jt]s:\d+|\\n {4}at /);
  expect(daemon.output).toContain('did not answer before the stop');
  await server.start();
  await sim.clearFaults();
  await daemon.restart();
  expect(await statusOf(client, 'open', { state: 'committed' })).toBeDefined();
});

test('P1, P3: behind pgbouncer in transaction mode it is the same daemon', async (ctx) => {
  const without = missing ?? pgbouncerMissing();
  if (without !== undefined) return ctx.skip(without);
  const server = await startServer();
  const url = await server.database('journal');
  const bouncer = await startPgbouncer(server.port);
  onTestFinished(async () => bouncer[Symbol.asyncDispose]());
  const env = { LOCKSTEP_JOURNAL: url.replace(`:${server.port}/`, `:${bouncer.port}/`) };
  const { sim, daemon, client } = await startCluster({ env });
  const keys = Array.from({ length: 200 }, (_, index) => `key-${index}`);
  const answers = await Promise.all(keys.map((key) => client.create(key)));
  expect(answers.every((answer) => 'state' in answer && answer.state === 'committed')).toBe(true);
  await daemon.kill9();
  await daemon.restart();
  expect(await client.delete('key-7')).toMatchObject({ state: 'committed' });
  expect(await sim.stats()).toEqual([true, { node01: 199, node02: 199, node03: 199 }]);
});

test('P1, P7: a database that was set back meanwhile: what was open then is held, and nothing comes back', async (ctx) => {
  if (missing !== undefined) return ctx.skip(missing);
  const server = await startServer();
  const env = { LOCKSTEP_JOURNAL: await server.database('journal') };
  const { sim, daemon, client } = await startCluster({ env });
  await sim.setFaults('node02', { errorBefore: 1 });
  await client.create('one', { id: 'open', wait: 'accepted', deadlineMs: 120_000 });
  await statusOf(client, 'open', { state: 'applying' });
  const setBack = await server.copied();
  await sim.clearFaults();
  await statusOf(client, 'open', { state: 'committed' });
  expect(await client.delete('one', { id: 'gone' })).toMatchObject({ state: 'committed' });
  expect(await daemon.stop()).toBe(0);
  await setBack();

  await daemon.restart();
  expect(daemon.output).toContain('the journal was set back');
  const held = { id: 'open', state: 'applying', held: true };
  expect(await client.status('open', { timeoutMs: 30_000 })).toMatchObject(held);
  expect(await client.status('gone')).toMatchObject({ error: { code: 'unknown_command' } });
  expect(await client.create('two')).toMatchObject({ state: 'committed' });
  const given = await client.decideOnHeld('abandon', 'open');
  expect(given).toMatchObject({ state: 'abandoned' });
  for (const node of ['node01', 'node02', 'node03']) expect(await sim.list(node)).toEqual(['two']);
});

async function refusalOf(client: LockstepClient): Promise<string | undefined> {
  const answer = await client.create('new', { timeoutMs: 1000 }).catch(() => undefined);
  return answer !== undefined && isError(answer) ? answer.error.code : undefined;
}
