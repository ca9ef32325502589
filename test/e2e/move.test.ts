/** A daemon whose journal moves from its file into PostgreSQL goes on where it was. */
import { join } from 'node:path';
import { Client } from 'pg';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Link } from '../../src/journal/postgres/link.ts';
import { migrate } from '../../src/journal/postgres/schema/migrate.ts';
import { openSqliteJournal } from '../../src/journal/sqlite/open/open.ts';
import { begun, range, settleAll } from '../journal/support/writes.ts';
import { journalIdOf, startCluster, statusOf } from '../support/cluster.ts';
import { prepareDaemon } from '../support/daemon.ts';
import { PASSWORD, postgresMissing, startPostgres } from '../support/postgres.ts';
import { runCli, startCli } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

const WAIT = { timeout: 30_000, interval: 50 };
const missing = postgresMissing();

test.for(['kill9', 'stop'] as const)(
  'P1, P3, P4, P7: ended (%s) with an open command, moved, and it goes on in the database',
  async (how, ctx) => {
    if (missing !== undefined) return ctx.skip(missing);
    const server = await startPostgres();
    onTestFinished(async () => server[Symbol.asyncDispose]());
    const url = await server.database('journal');
    const { sim, daemon, client } = await startCluster({ executors: 1 });
    const { dataDir, endpoint } = daemon;
    const env = { LOCKSTEP_DATA_DIR: dataDir, LOCKSTEP_ENDPOINT: endpoint, LOCKSTEP_JOURNAL: url };
    const move = (...args: string[]) => runCli(['move', ...args], { env });

    expect(await client.create('one', { id: 'first' })).toMatchObject({ state: 'committed' });
    expect(await client.delete('one', { id: 'gone' })).toMatchObject({ state: 'committed' });
    const journalId = await journalIdOf(client);
    await client.pause('bulk', { by: 'ann' });
    await sim.setFaults('node02', { errorBefore: 1 });
    const open = await client.create('two', { id: 'open', wait: 'accepted', deadlineMs: 120_000 });
    expect(open).toMatchObject({ state: 'applying' });
    const running = await move();
    expect(running).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is held by the daemon'),
    });

    await daemon[how]();
    await sim.clearFaults();
    const moved = await move();
    expect(moved).toMatchObject({ code: 0, stderr: '' });
    expect(moved.stdout).toContain('commands 3, of them open 1;');
    expect(moved.stdout).not.toContain(PASSWORD);

    // With the settings of before it is refused, for good.
    const old = await prepareDaemon({ nodes: sim.nodes, dataDir });
    await expect(old.restart()).rejects.toThrow('ended with 78');
    expect(old.output).toContain('was moved to postgres://***@127.0.0.1');
    const doctor = await runCli(['doctor', '--json', '--timeout', '500ms'], {
      env: { LOCKSTEP_DATA_DIR: dataDir, LOCKSTEP_NODES: sim.nodes, LOCKSTEP_ENDPOINT: endpoint },
    });
    expect(doctor.stdout).toContain('was moved to postgres://***@127.0.0.1');

    await daemon.restart({ LOCKSTEP_JOURNAL: url });
    expect(await statusOf(client, 'open', { state: 'committed' })).toBeDefined();
    expect(await journalIdOf(client)).toBe(journalId);
    expect(await client.create('one', { id: 'first' })).toMatchObject({ state: 'committed' });
    for (const node of ['node01', 'node02', 'node03'])
      expect(await sim.list(node)).toEqual(['two']);
    expect(await client.acts()).toMatchObject({
      acts: [
        { act: 'journal_moved', on: 'journal.db' },
        { act: 'pause', on: 'bulk' },
      ],
    });
    expect(await client.summary()).toMatchObject({
      lanes: { bulk: { paused: { by: 'ann (unverified)' } } },
    });
    expect(await client.delete('two')).toMatchObject({ state: 'committed' });

    const again = await move('--json', join(dataDir, 'journal.db'));
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({
      from: join(dataDir, 'journal.db'),
      rows: null,
    });
    expect(await daemon.stop()).toBe(0);
  },
);

test('P1, P7: a move that is killed leaves the file as the only journal, and the next one moves it', async (ctx) => {
  if (missing !== undefined) return ctx.skip(missing);
  const server = await startPostgres();
  onTestFinished(async () => server[Symbol.asyncDispose]());
  const dataDir = tempFolder();
  const path = join(dataDir, 'journal.db');
  const journal = openSqliteJournal(path);
  await settleAll(
    journal,
    range(1, 3000).map((seq) => begun(seq)),
  );
  await journal.close();
  const url = await server.database('journal');
  const env = { LOCKSTEP_DATA_DIR: dataDir, LOCKSTEP_JOURNAL: url };

  // The last table cannot be had: the move stands still before its end.
  const holder = new Client({ connectionString: url });
  await holder.connect();
  onTestFinished(async () => holder.end());
  const link = new Link({ url, name: 'test' });
  await migrate(link, 'test');
  link.close();
  await holder.query('BEGIN; LOCK TABLE lockstep.act IN ACCESS EXCLUSIVE MODE');
  const cli = startCli(['move'], { env });
  const waits = `SELECT 1 FROM pg_stat_activity WHERE application_name = 'lockstep move' AND wait_event_type = 'Lock'`;
  await vi.waitUntil(async () => (await server.admin(waits)).length > 0, WAIT);
  cli.child.kill('SIGKILL');
  await cli.result;
  await holder.query('ROLLBACK');

  await openSqliteJournal(path).close();
  const moved = await runCli(['move'], { env });
  expect(moved).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('commands 3000, of them open 0'),
  });
});

test('P10: without a database in the settings, move says what to set', async () => {
  const { code, stderr } = await runCli(['move']);
  expect(code).toBe(2);
  expect(stderr).toContain('set it to postgres://');
});
