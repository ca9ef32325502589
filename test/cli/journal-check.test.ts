/** `lockstep journal check`: on the journal of the settings, on one in use, and on copies. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, expect, test } from 'vitest';
import { MIGRATIONS } from '../../src/journal/sqlite/migrations/index.ts';
import { migrate } from '../../src/journal/sqlite/open/migrate.ts';
import { openSqliteJournal } from '../../src/journal/sqlite/open/open.ts';
import { batch, begun, range, settleAll } from '../journal/support/writes.ts';
import { runCli } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

let file: string;
let env: Readonly<Record<string, string>>;

beforeEach(async () => {
  const dataDir = tempFolder();
  file = join(dataDir, 'journal.db');
  env = { LOCKSTEP_DATA_DIR: dataDir };
  const journal = openSqliteJournal(file);
  const settled = range(1, 50).map((seq) => begun(seq));
  await settleAll(journal, settled);
  await journal.commit(batch({ accept: [begun(51)] }));
  await journal.close();
});

function change(sql: string): void {
  const db = new Database(file);
  db.exec(sql);
  db.close();
}

test('a sound journal exits with 0, while a daemon holds it too', async () => {
  const idle = await runCli(['journal', 'check'], { env });
  expect(idle).toMatchObject({ code: 0, stderr: '' });
  expect(idle.stdout).toContain(`${file}: sound; 51 commands were read`);
  const journal = openSqliteJournal(file);
  await journal.commit(batch({ accept: [begun(52)] }));
  const held = await runCli(['journal', 'check', '--json'], { env });
  expect(held.code).toBe(0);
  expect(JSON.parse(held.stdout)).toMatchObject({ file, ok: true, fatal: 0, commands: 52 });
  await journal.close();
});

test('P10: damage in history exits with 1, names the first rows, counts all, and says what to do', async () => {
  change(`UPDATE command SET state = 'refused' WHERE seq <= 30`);
  const { code, stdout } = await runCli(['journal', 'check'], { env });
  expect(code).toBe(1);
  expect(stdout).toContain('is damaged; faults that prevent a start: 0, in history: 30');
  expect(stdout).toContain('history: command 1 cannot be read back: its settlement does not match');
  expect(stdout).toContain('and 10 more');
  expect(stdout).toContain('lockstep restore FILE');
  expect(stdout.split('\n').length).toBeLessThan(30);
});

test('P1, P10: damage of an open command is named as what prevents a start', async () => {
  change(`UPDATE command SET deadline_at = 1 WHERE seq = 51`);
  const { code, stdout } = await runCli(['journal', 'check', '--json'], { env });
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    ok: false,
    fatal: 1,
    damaged: 0,
    faults: [{ what: 'command', seq: 51, isFatal: true, message: expect.any(String) }],
    remedy: expect.stringContaining('lockstep restore FILE'),
  });
});

test('a copy by its name: sound, missing, another program’s, and of an earlier version', async () => {
  const copy = join(tempFolder(), 'copy.db');
  await runCli(['backup', copy], { env });
  expect(await runCli(['journal', 'check', copy], { env })).toMatchObject({ code: 0 });
  const missing = await runCli(['journal', 'check', `${copy}.x`], { env });
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('no journal at') });
  const old = join(tempFolder(), 'old.db');
  const db = new Database(old);
  migrate(db, MIGRATIONS.slice(0, 7));
  db.close();
  const earlier = await runCli(['journal', 'check', old], { env });
  expect(earlier).toMatchObject({ code: 0, stdout: expect.stringContaining('earlier version') });
  const theirs = join(tempFolder(), 'theirs.db');
  const other = new Database(theirs);
  other.exec('CREATE TABLE theirs (x)');
  other.close();
  const foreign = await runCli(['journal', 'check', theirs], { env });
  expect(foreign).toMatchObject({ code: 1, stderr: expect.stringContaining('another program') });
});

test('bad usage exits with 2', async () => {
  expect(await runCli(['journal'], { env })).toMatchObject({ code: 2 });
  expect(await runCli(['journal', 'mend'], { env })).toMatchObject({ code: 2 });
});
