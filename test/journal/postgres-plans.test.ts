/** P9: no statement reads all of history for a handful of rows. */
import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { openPostgres } from '../../src/journal/postgres/open.ts';
import {
  FAILED,
  FIND,
  HISTORY,
  KEYS,
  LOAD,
  LOAD_LOOSE,
  listPage,
  MARKED_OF_KEY,
  OPEN,
  ofIdPrefix,
  ofKey,
  SETTLED_OF_KEY,
} from '../../src/journal/postgres/reading/reads.ts';
import { scratch } from './support/driver.ts';
import { postgres } from './support/postgres-driver.ts';
import { accepted, begun, range, settleAll } from './support/writes.ts';

const driver = postgres();
const HISTORY_OF = 4000;

const STATEMENTS = [
  ['find', FIND, ['id-7']],
  ['load', LOAD, [0, 5000]],
  ['loadLoose', LOAD_LOOSE, [0, 5000]],
  ['latestSettled', SETTLED_OF_KEY, ['group-7', 100]],
  ['tokens', MARKED_OF_KEY, ['group-7']],
  ['keys', KEYS, ['', 100]],
  ['list', listPage(HISTORY, [], 1), [9_000_000, 20, 20]],
  ['list of open ones', listPage(OPEN, [], 1), [9_000_000, 20, 20]],
  ['list of failed ones', listPage(FAILED, [], 1), [9_000_000, 20, 20]],
  ['list of a key', listPage(ofKey('group-7'), [], 2), ['group-7', 9_000_000, 20, 20]],
  ['list by id', listPage(ofIdPrefix('id-7'), [], 3), ['id-7', 'id-8', 9_000_000, 20, 20]],
] as const;

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
