/** Warnings of the server: a change that comes with one may not be where it should be (docs/decisions/075). */
import { expect, onTestFinished, test, vi } from 'vitest';
import { postgres } from './support/postgres-driver.ts';
import { openFor } from './support/postgres-life.ts';
import { batch, begun } from './support/writes.ts';

const driver = postgres();
const { missing } = driver;
const WAIT = { timeout: 20_000, interval: 20 };

const admin = (text: string) => driver.server.admin(text, 'journal');

/** Makes every change of the seat say something. */
const SAYING = (level: string) => `
  CREATE FUNCTION lockstep.say() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE ${level} 'the disk of the standby is slow'; RETURN NEW; END $$;
  CREATE TRIGGER say BEFORE UPDATE ON lockstep.seat FOR EACH ROW EXECUTE FUNCTION lockstep.say()`;
const SILENT = 'DROP FUNCTION IF EXISTS lockstep.say CASCADE';

const batchOf = async () => Number((await admin('SELECT batch FROM lockstep.seat'))[0]?.['batch']);

test('P3: a notice that is no warning leaves a change confirmed', async (ctx) => {
  if (missing !== undefined) return ctx.skip(missing);
  await driver.create();
  const journal = await openFor(driver.url);
  await admin(SAYING('NOTICE'));
  onTestFinished(async () => void (await admin(SILENT)));
  const before = await batchOf();
  await journal.commit(batch({ accept: [begun(1)] }));
  // A beat of the idle daemon may be one more.
  expect((await batchOf()) - before).toBeLessThanOrEqual(2);
});

test('P3, P8, P10: while the server warns, a change is not confirmed: it is looked at in pauses, and logged', async (ctx) => {
  if (missing !== undefined) return ctx.skip(missing);
  await driver.create();
  const lines: string[] = [];
  const onWaiting = vi.fn();
  const log = {
    info: (line: string) => void lines.push(line),
    warn: (line: string, fields: object = {}) =>
      void lines.push(`${line} ${JSON.stringify(fields)}`),
  };
  const onTrusted = vi.fn();
  const journal = await openFor(driver.url, { onWaiting, onTrusted, log });
  lines.length = 0;
  await admin(SAYING('WARNING'));
  onTestFinished(async () => void (await admin(SILENT)));
  const before = await batchOf();
  onTrusted.mockClear();
  const isDone = vi.fn();
  const commit = journal.commit(batch({ accept: [begun(1)] })).then(isDone);
  await vi.waitUntil(() => journal.awayMs !== undefined, WAIT);
  expect(isDone).not.toHaveBeenCalled();
  expect(onTrusted).not.toHaveBeenCalled();
  // In 2 s: pauses of 25 ms at least, then 50, 100, 200, 400, 500, 500.
  expect(onWaiting.mock.calls.length).toBeLessThan(12);
  expect((await batchOf()) - before).toBeLessThan(14);
  await admin(SILENT);
  await commit;
  expect(onTrusted).toHaveBeenCalled();
  expect(lines).toEqual([
    expect.stringContaining('the disk of the standby is slow'),
    expect.stringContaining('answers changes again'),
  ]);
  expect((await journal.head()).openCount).toBe(1);
});

test('P1, P3: a change whose wait for the standby was cancelled is confirmed by a later one only', async (ctx) => {
  if (missing !== undefined) return ctx.skip(missing);
  await driver.create();
  const onTrusted = vi.fn();
  const journal = await openFor(driver.url, { onTrusted });
  const waitFor = async (names: string) => {
    await admin(`ALTER SYSTEM SET synchronous_standby_names = '${names}'`);
    await admin('SELECT pg_reload_conf()');
  };
  onTestFinished(() => waitFor(''));
  await waitFor('nobody');
  const ofWaiting = `FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query LIKE '%lockstep.%'`;
  // The beat of an idle daemon.
  await vi.waitUntil(async () => (await admin(`SELECT pid ${ofWaiting}`)).length > 0, WAIT);
  onTrusted.mockClear();
  const commit = journal.commit(batch({ accept: [begun(1)] }));
  await admin(`SELECT pg_cancel_backend(pid) ${ofWaiting}`);
  await vi.waitUntil(() => journal.awayMs !== undefined, WAIT);
  expect(onTrusted).not.toHaveBeenCalled();
  await waitFor('');
  await commit;
  expect(onTrusted).toHaveBeenCalled();
  expect((await journal.head()).openCount).toBe(1);
});

test('P3: a stop between a change and its confirmation leaves the outcome open', async (ctx) => {
  if (missing !== undefined) return ctx.skip(missing);
  await driver.create();
  const onWaiting = vi.fn();
  const journal = await openFor(driver.url, { onWaiting });
  await admin(SAYING('WARNING'));
  onTestFinished(async () => void (await admin(SILENT)));
  const commit = expect(journal.commit(batch({ accept: [begun(1)] }))).rejects.toMatchObject({
    code: 'io',
  });
  await vi.waitUntil(() => onWaiting.mock.calls.length > 0, WAIT);
  await journal.close();
  await commit;
});
