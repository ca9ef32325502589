import { expect, test } from 'vitest';
import { checkDatabase } from '../../src/cli/doctor/journal/database.ts';
import { openPostgres } from '../../src/journal/postgres/open.ts';
import { PASSWORD, postgresMissing, startPostgres } from '../support/postgres.ts';
import { tempFolder } from '../support/temp-folder.ts';

const missing = postgresMissing();

test('P10: doctor finds what is wrong with the database of a journal', async (ctx) => {
  if (missing !== undefined) return ctx.skip(missing);
  await using server = await startPostgres(['fsync = off']);
  const url = await server.database('journal');
  const look = async (runs = false, address = url, mayForget = false) => {
    const found = await checkDatabase({ url: address, mayForget }, Promise.resolve(runs));
    expect(JSON.stringify(found)).not.toContain(PASSWORD);
    return found.map(({ level, message }) => `${level}: ${message}`);
  };
  const unsafe = [
    'fail: the server does not sync its disk (fsync = off)',
    'warn: the server has no standby',
  ];
  const [empty, ...rest] = await look();
  expect(empty).toMatch(/^ok: postgres:\/\/\*{3}@127.*no journal yet/);
  expect(rest).toEqual(unsafe);
  expect((await look(false, url, true)).slice(1)).toEqual(unsafe.slice(0, 1));

  const journal = await openPostgres(url, { folder: tempFolder(), member: 'daemon-1' });
  expect((await look(true))[0]).toMatch(`held by daemon-1 (process ${process.pid})`);
  await journal.close();
  expect((await look())[0]).toContain('held by no daemon');
  await server.admin(`UPDATE lockstep.setting SET value = '99'`, 'journal');
  expect(await look()).toContainEqual(expect.stringContaining('fail: its schema is 99'));

  const [wrong] = await look(false, url.replace(PASSWORD, 'other'));
  expect(wrong).toMatch(/^fail: .*password authentication failed/);
  const [gone] = await look(false, url.replace(/:\d+\//, ':1/'));
  expect(gone).toMatch(/^fail: .*cannot be reached/);
});
