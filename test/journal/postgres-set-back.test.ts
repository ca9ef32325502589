/** A database that was set back while no daemon worked on it is noticed at the next start. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { parseToken } from '../../src/core/token.ts';
import type { Journal } from '../../src/journal/port.ts';
import { openPostgres } from '../../src/journal/postgres/open.ts';
import { type Postgres, postgresMissing, startPostgres } from '../support/postgres.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { allActs } from './support/observed.ts';
import { accepted, aSettlement, batch, begun } from './support/writes.ts';

const missing = postgresMissing();
let server: Postgres;
let databases = 0;

beforeAll(async () => {
  if (missing === undefined) server = await startPostgres();
}, 60_000);
afterAll(async () => server?.[Symbol.asyncDispose]());

/** A daemon's folder and its database; `warned` collects the log of all starts. */
async function place() {
  const url = await server.database(`journal_${databases++}`);
  const folder = tempFolder();
  const warned: Record<string, unknown>[] = [];
  const log = {
    info: () => {},
    warn: (message: string, details = {}) => void warned.push({ message, ...details }),
  };
  const open = async (from = folder) => {
    const journal = await openPostgres(url, { folder: from, member: 'test', mayForget: true, log });
    onTestFinished(() => journal.close());
    return journal;
  };
  return { url, folder, warned, open };
}

async function heldOf(journal: Journal) {
  return (await journal.load(0, 100)).map(({ command, held }) => [command.id, held]);
}

const SET_BACK = expect.stringContaining('was set back');

test('P1, P7: what an old copy has open is held, named, and numbers continue above the lost ones', async (ctx) => {
  if (missing !== undefined) return ctx.skip(missing);
  const { warned, folder, open } = await place();
  const first = await open();
  await first.commit(batch({ accept: [begun(1), accepted(2)] }));
  await first.park(2);
  const act = { kind: 'pause', at: 1, lived: 1, isProven: false, door: 'http' } as const;
  await first.noteActs({ begin: [act], end: [] });
  await first.close();
  const setBack = await server.copied();

  const second = await open();
  expect(warned).toEqual([]);
  await second.commit(
    batch({ accept: [begun(3)], settle: [{ seq: 1, settlement: aSettlement() }] }),
  );
  const lost = await second.head();
  await second.noteActs({ begin: [act, act], end: [] });
  await second.close();
  await setBack();

  const third = await open();
  expect(warned).toEqual([expect.objectContaining({ message: SET_BACK, held: 2 })]);
  expect(await heldOf(third)).toEqual([
    ['id-1', 'restored'],
    ['id-2', 'parked'],
  ]);
  expect(third.wasTaken).toBe(true);
  expect(second.id).toBe(first.id);
  expect(third.id).not.toBe(first.id);
  const head = await third.head();
  expect(head.lastSeq).toBeGreaterThan(lost.lastSeq);
  expect(parseToken(head.lastToken ?? '')).toBeGreaterThan(parseToken(lost.lastToken ?? ''));
  expect(await allActs(third)).toMatchObject([
    { kind: 'journal_restored', outcome: 'done', results: { held: 2 } },
    { number: 1 },
  ]);
  const [next = 0] = await third.noteActs({ begin: [act], end: [] });
  expect(next).toBeGreaterThan(100_000);
  await third.commit(batch({ accept: [begun(head.lastSeq + 1)] }));
  await third.unhold([1]);
  await third.close();

  // It goes on as any other, from then on.
  const fourth = await open();
  expect(warned).toHaveLength(1);
  expect(fourth.wasTaken).toBe(false);
  expect(fourth.id).toBe(third.id);
  expect(await heldOf(fourth)).toContainEqual(['id-1', undefined]);
  expect(readFileSync(join(folder, 'postgres.known'), 'utf8')).toHaveLength(128);
});

test('P1: a daemon that was killed knows as much', async (ctx) => {
  if (missing !== undefined) return ctx.skip(missing);
  const { warned, folder, open } = await place();
  const first = await open();
  await first.commit(batch({ accept: [begun(1)] }));
  await first.close();
  const setBack = await server.copied();
  const second = await open();
  await second.commit(batch({ accept: [begun(2)] }));
  // As `kill -9` leaves it: what the process wrote so far.
  const left = readFileSync(join(folder, 'postgres.known'));
  await second.close();
  await setBack();
  writeFileSync(join(folder, 'postgres.known'), left);
  expect(await heldOf(await open())).toEqual([['id-1', 'restored']]);
  expect(warned).toHaveLength(1);
});

test('P1: a crash behind the holding of the commands does not raise the numbers again', async (ctx) => {
  if (missing !== undefined) return ctx.skip(missing);
  const { warned, folder, open } = await place();
  const known = join(folder, 'postgres.known');
  const first = await open();
  await first.commit(batch({ accept: [begun(1)] }));
  await first.close();
  const ahead = readFileSync(known, 'utf8').replace(/"batch":\d+/, '"batch":9999');
  writeFileSync(known, ahead);
  const second = await open();
  const { lastSeq } = await second.head();
  expect(lastSeq).toBeGreaterThan(1_000_000);
  await second.close();
  // The note was not written yet.
  writeFileSync(known, ahead);
  const third = await open();
  expect(await third.head()).toMatchObject({ lastSeq });
  expect(await heldOf(third)).toEqual([['id-1', 'restored']]);
  expect(warned).toHaveLength(1);
});

test.for([
  ['a link', (path: string, target: string) => symlinkSync(target, path), 'ELOOP'],
  ['a folder', (path: string) => mkdirSync(path), 'EISDIR'],
  ['a pipe', (path: string) => void execFileSync('mkfifo', [path]), 'is not a file'],
] as const)(
  'P9: %s in place of the note is left alone, and the daemon works without a note',
  async ([, put, why], ctx) => {
    if (missing !== undefined) return ctx.skip(missing);
    const { warned, folder, open } = await place();
    const target = join(tempFolder(), 'of-another');
    writeFileSync(target, 'mine');
    put(join(folder, 'postgres.known'), target);
    const journal = await open();
    await journal.commit(batch({ accept: [begun(1)] }));
    await journal.close();
    expect(readFileSync(target, 'utf8')).toBe('mine');
    expect(warned).toHaveLength(1);
    expect(warned[0]).toMatchObject({ error: expect.stringContaining(why) });
  },
);

test('P9: of a note that is too long, only its beginning is read', async (ctx) => {
  if (missing !== undefined) return ctx.skip(missing);
  const { warned, folder, open } = await place();
  const known = join(folder, 'postgres.known');
  const first = await open();
  await first.commit(batch({ accept: [begun(1)] }));
  await first.close();
  const ahead = readFileSync(known, 'utf8').replace(/"batch":\d+/, '"batch":9999');
  writeFileSync(known, `${ahead}${'x'.repeat(1024 * 1024)}`);
  expect(await heldOf(await open())).toEqual([['id-1', 'restored']]);
  expect(warned).toEqual([expect.objectContaining({ message: SET_BACK })]);
});

test('P9: another database, a damaged note, and a folder that knows nothing hold nothing', async (ctx) => {
  if (missing !== undefined) return ctx.skip(missing);
  const one = await place();
  const first = await one.open();
  for (let seq = 1; seq < 6; seq++) await first.commit(batch({ accept: [begun(seq)] }));
  await first.close();
  const other = await place();
  await (await other.open(one.folder)).close();
  expect(other.warned).toEqual([]);
  for (const damaged of ['{"jour', 'null', '7', '{"journal":1,"epoch":9,"batch":9}']) {
    writeFileSync(join(one.folder, 'postgres.known'), damaged);
    await (await one.open()).close();
  }
  await (await one.open(tempFolder())).close();
  await (await one.open()).close();
  expect(one.warned).toEqual([]);
});
