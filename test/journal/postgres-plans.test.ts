/** P9: no statement reads all of history for a handful of rows. */
import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { Clusters } from '../../src/journal/postgres/clusters.ts';
import { openPostgres } from '../../src/journal/postgres/open.ts';
import { Reader } from '../../src/journal/postgres/reading/reader.ts';
import {
  FAILED,
  FIND,
  FIND_ALL,
  HISTORY,
  KEYS,
  LOAD,
  LOAD_LOOSE,
  listPage,
  MARKED_OF_KEYS,
  OPEN,
  ofIdPrefix,
  ofKey,
  SETTLED_OF_KEYS,
} from '../../src/journal/postgres/reading/reads.ts';
import { scratch } from './support/driver.ts';
import { postgres } from './support/postgres-driver.ts';
import { openFor } from './support/postgres-life.ts';
import { accepted, begun, range, settleAll } from './support/writes.ts';

const driver = postgres();
const HISTORY_OF = 4000;

const STATEMENTS = [
  ['find', FIND, ['id-7']],
  ['load', LOAD, [0, 5000]],
  ['loadLoose', LOAD_LOOSE, [0, 5000]],
  ['holders', FIND_ALL, [['id-7', 'id-8']]],
  ['latestSettled', SETTLED_OF_KEYS, [['group-7', 'group-8'], 100, 20_000]],
  ['tokens', MARKED_OF_KEYS, [['group-7', 'group-8'], 20_000]],
  ['keys', KEYS, ['', 100]],
  ['list', listPage(HISTORY, [], 1), [9_000_000, 20, 20]],
  ['list of open ones', listPage(OPEN, [], 1), [9_000_000, 20, 20]],
  ['list of failed ones', listPage(FAILED, [], 1), [9_000_000, 20, 20]],
  ['list of a key', listPage(ofKey('group-7'), [], 2), ['group-7', 9_000_000, 20, 20]],
  ['list by id', listPage(ofIdPrefix('id-7'), [], 3), ['id-7', 'id-8', 9_000_000, 20, 20]],
] as const;

test('P9: keys are asked for four at a time, so that each statement is answered in time', async () => {
  const asked: unknown[] = [];
  const reader = new Reader({
    query: async (_text, values = []) => {
      asked.push(values[0]);
      return [];
    },
    clusters: new Clusters(async () => []),
    seat: 1,
    lookedAt: 20_000,
    onDamage: () => {},
  });
  const keys = range(1, 10).map(String);
  await reader.tokens([...keys, '1']);
  await reader.latestSettled(keys);
  const parts = [keys.slice(0, 4), keys.slice(4, 8), keys.slice(8)];
  expect(asked).toEqual([...parts, ...parts]);
});

test('P9: what is read of a key is bounded by the number of its commands that are looked at', async (ctx) => {
  if (driver.missing !== undefined) return ctx.skip(driver.missing);
  await driver.create();
  const journal = await openFor(driver.url, { lookedAtOfKey: 10 });
  const { groupId } = begun(1).command;
  await settleAll(journal, [begun(1)], { tokens: {} });
  const refusedUpTo = async (first: number, last: number) => {
    const accept = range(first, last).map((seq) => begun(seq, { groupId }));
    await settleAll(journal, accept, { state: 'refused', reason: 'already_exists' });
  };
  await refusedUpTo(2, 10);
  expect((await journal.latestSettled([groupId])).size).toBe(1);
  expect((await journal.tokens([groupId])).size).toBe(1);
  await refusedUpTo(11, 11);
  expect((await journal.latestSettled([groupId])).size).toBe(0);
  expect((await journal.tokens([groupId])).size).toBe(0);
});

test('P9: every statement that reads commands goes by an index', async (ctx) => {
  if (driver.missing !== undefined) return ctx.skip(driver.missing);
  await driver.create();
  const journal = await openPostgres(driver.url, { folder: scratch(), member: 'test' });
  for (let first = 1; first < HISTORY_OF; first += 1000) {
    await settleAll(
      journal,
      range(first, first + 999).map((seq) => begun(seq)),
    );
  }
  await journal.commit({
    accept: range(HISTORY_OF + 1, HISTORY_OF + 20).map((seq) => accepted(seq)),
    begin: [],
    append: [],
    settle: [],
    forget: [],
    lived: 0,
  });
  await journal.close();
  await driver.server.admin('ANALYZE', 'journal');
  const client = new Client({ connectionString: driver.url });
  await client.connect();
  onTestFinished(async () => client.end());
  for (const [name, text, values] of STATEMENTS) {
    const { rows } = await client.query({ text: `EXPLAIN ${text}`, values: [...values] });
    const plan = rows.map((row) => Object.values(row).join('')).join('\n');
    expect(plan, name).not.toMatch(/Seq Scan on (?:command|settled|entry|open|loose)\b/);
    expect(plan, name).not.toMatch(/Hash Join|Merge Join/);
  }
});
