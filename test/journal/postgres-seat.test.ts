/** The seat of a daemon at the database, and the chain of its changes (docs/decisions/075). */
import { Client } from 'pg';
import { expect, onTestFinished, test, vi } from 'vitest';
import { JournalError } from '../../src/journal/errors.ts';
import { openJournal } from '../../src/journal/open.ts';
import { PASSWORD } from '../support/postgres.ts';
import { scratch } from './support/driver.ts';
import { lossyRoad } from './support/lossy-road.ts';
import { postgres } from './support/postgres-driver.ts';
import { openFor } from './support/postgres-life.ts';
import { accepted, aSettlement, batch, begun, settleAll } from './support/writes.ts';

const driver = postgres();
const { missing } = driver;

async function fault(work: Promise<unknown>): Promise<JournalError> {
  const error = await work.then(
    () => undefined,
    (found: unknown) => found,
  );
  expect(error).toBeInstanceOf(JournalError);
  return error as JournalError;
}

const WAIT = { timeout: 20_000, interval: 20 };

/** Holds a table, as an ALTER of it would, until its connection ends. */
async function lock(table: string): Promise<Client> {
  const client = new Client({ connectionString: driver.url });
  await client.connect();
  onTestFinished(async () => client.end());
  await client.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
  return client;
}

const admin = (text: string) => driver.server.admin(text, 'journal');

test('P3, P7: a batch whose answer is lost is sent again, and is made once', async (ctx) => {
  if (missing !== undefined) return ctx.skip(missing);
  await driver.create();
  await using road = await lossyRoad(driver.server.port);
  const journal = await openFor(driver.url.replace(`:${driver.server.port}/`, `:${road.port}/`));
  await journal.commit(batch({ accept: [begun(1, { id: 'taken' })] }));

  const lost = road.loseNextAnswer();
  const accept = [accepted(2), accepted(3, { id: 'taken' })];
  const { existing } = await journal.commit(batch({ accept }));
  await lost;
  expect([...existing.keys()]).toEqual([3]);
  expect(existing.get(3)).toMatchObject({ command: { seq: 1 } });
  const settled = road.loseNextAnswer();
  await journal.commit(batch({ settle: [{ seq: 1, settlement: aSettlement() }] }));
  await settled;
  expect((await journal.head()).openCount).toBe(1);
});

test('P8, P9, P10: a read without an answer counts as away, holds up no commit, and is answered in the end', async (ctx) => {
  if (missing !== undefined) return ctx.skip(missing);
  await driver.create();
  const lines: string[] = [];
  const note = (line: string) => void lines.push(line);
  const onWaiting = vi.fn();
  const log = { info: note, warn: note };
  const journal = await openFor(driver.url, { onWaiting, log });
  lines.length = 0;
  await settleAll(journal, [begun(1)]);
  const locked = await lock('lockstep.story');
  const story = journal.story(1);
  await vi.waitUntil(() => journal.awayMs !== undefined, WAIT);
  await vi.waitUntil(() => onWaiting.mock.calls.length > 0, WAIT);
  await journal.commit(batch({ accept: [begun(2)] }));
  expect(journal.awayMs).toBeGreaterThan(2000);
  await locked.end();
  expect(await story).toBeUndefined();
  expect(journal.awayMs).toBeUndefined();
  expect(lines).toEqual([
    expect.stringContaining('does not answer reads'),
    expect.stringContaining('answers reads again'),
  ]);
});

test('P1: a daemon whose seat was taken writes nothing more, and learns it while it is idle', async (ctx) => {
  if (missing !== undefined) return ctx.skip(missing);
  await driver.create();
  const journal = await openFor(driver.url);
  await journal.commit(batch({ accept: [begun(1)] }));
  await admin('UPDATE lockstep.seat SET epoch = epoch + 1');
  const late = batch({ settle: [{ seq: 1, settlement: aSettlement() }] });
  expect(await fault(journal.commit(late))).toMatchObject({ code: 'fenced' });
  expect(await fault(journal.tidy())).toMatchObject({ code: 'fenced' });
  const [row] = await admin('SELECT count(*)::int AS open FROM lockstep.open');
  expect(row).toEqual({ open: 1 });
});

test('P3: a database that lost what it had confirmed is noticed', async (ctx) => {
  if (missing !== undefined) return ctx.skip(missing);
  await driver.create();
  const journal = await openFor(driver.url);
  await journal.commit(batch({ accept: [begun(1)] }));
  await admin('UPDATE lockstep.seat SET batch = batch - 2');
  expect(await fault(journal.commit(batch({ accept: [begun(2)] })))).toMatchObject({
    code: 'forgot',
  });
});

test('P1: trust is counted by both clocks from when a change was sent, also when its answer comes after a suspend', async (ctx) => {
  if (missing !== undefined) return ctx.skip(missing);
  await driver.create();
  const onTrusted = vi.fn();
  let suspendedMs = 0;
  const wallNow = () => Date.now() + suspendedMs;
  const journal = await openFor(driver.url, { onTrusted, wallNow });
  const locked = await lock('lockstep.command');
  const [steady, wall] = [performance.now(), Date.now()];
  onTrusted.mockClear();
  const commit = journal.commit(batch({ accept: [begun(1)] }));
  const waits = `SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'`;
  await vi.waitUntil(async () => (await admin(waits)).length > 0, WAIT);
  suspendedMs = 60_000;
  await locked.end();
  await commit;
  const [until] = onTrusted.mock.calls[0] ?? [];
  expect(until.steady).toBeGreaterThan(steady + 5000);
  expect(until.wall).toBeLessThan(wall + 30_000);
});

test('P1: a second daemon does not start while the first one lives', async (ctx) => {
  if (missing !== undefined) return ctx.skip(missing);
  await driver.create();
  const folder = scratch();
  await openFor(driver.url, { folder });
  const hint = expect.stringContaining('its own database');
  expect(await fault(openFor(driver.url))).toMatchObject({ code: 'locked', hint });
  expect(await fault(openFor(driver.url, { folder }))).toMatchObject({ code: 'locked' });
});

test('P1: the seat of a daemon that is gone is taken when it has not changed for its whole lease', async (ctx) => {
  if (missing !== undefined) return ctx.skip(missing);
  await driver.create();
  await (await openFor(driver.url)).close();
  await admin('UPDATE lockstep.member SET has_left = false');
  const begunAt = performance.now();
  const heir = await openFor(driver.url);
  expect(performance.now() - begunAt).toBeGreaterThan(6000);
  expect(heir.wasTaken).toBe(true);
});

test('P10: what keeps it from the database is said, without the password', async (ctx) => {
  if (missing !== undefined) return ctx.skip(missing);
  await driver.create();
  const { port } = driver.server;
  const cases = [
    [driver.url.replace(PASSWORD, 'other'), 'denied'],
    [driver.url.replace('/journal', '/nowhere'), 'denied'],
    [driver.url.replace(`:${port}/`, ':1/'), 'unreachable'],
  ] as const;
  for (const [url, code] of cases) {
    const found = await fault(openJournal(url, { folder: scratch() }));
    expect(found).toMatchObject({ code, retry: false });
    expect(`${found.message} ${found.hint}`).not.toMatch(new RegExp(`${PASSWORD}|other@`));
  }
});

test('P10: a later schema, and a schema of another program, are left alone', async (ctx) => {
  if (missing !== undefined) return ctx.skip(missing);
  await driver.create();
  await (await openFor(driver.url)).close();
  await admin(`UPDATE lockstep.setting SET value = '99'`);
  expect(await fault(openFor(driver.url))).toMatchObject({ code: 'newer_schema' });
  await admin('DROP TABLE lockstep.setting');
  expect(await fault(openFor(driver.url))).toMatchObject({ code: 'foreign' });
  await admin('DROP SCHEMA lockstep CASCADE');
  expect((await (await openFor(driver.url)).head()).lastSeq).toBe(0);
});
