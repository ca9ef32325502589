/** `lockstep backup` on a journal that nobody holds. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, expect, test, vi } from 'vitest';
import { openSqliteJournal } from '../../src/journal/sqlite/open/open.ts';
import { begun, settleAll } from '../journal/support/writes.ts';
import { runCli, startCli } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

let folder: string;
let env: Readonly<Record<string, string>>;

beforeEach(async () => {
  const dataDir = tempFolder();
  await openSqliteJournal(join(dataDir, 'journal.db')).close();
  folder = tempFolder();
  env = { LOCKSTEP_DATA_DIR: dataDir };
});

test('--keep puts the time into the name, and removes the oldest of such names alone', async () => {
  const old = ['01', '02', '03'].map((month) => `copy-2026-${month}-01T00-00-00Z.db`);
  const others = ['copy.db', 'copy-of-mine.db', 'other-2026-01-01T00-00-00Z.db'];
  for (const name of [...old, ...others]) writeFileSync(join(folder, name), '');
  const { code, stdout } = await runCli(
    ['backup', join(folder, 'copy.db'), '--keep', '2', '--json'],
    {
      env,
    },
  );
  expect(code).toBe(0);
  const { file, bytes, removed } = JSON.parse(stdout) as Record<string, unknown>;
  expect(bytes).toBeGreaterThan(0);
  expect(removed).toEqual(old.slice(0, 2).map((name) => join(folder, name)));
  const left = readdirSync(folder).map((name) => join(folder, name));
  expect(left.sort()).toEqual(
    [...others, old[2] ?? '']
      .map((name) => join(folder, name))
      .concat(String(file))
      .sort(),
  );
});

test('--keep never removes the copy it has just made, though the clock was ahead for the others', async () => {
  const ahead = ['01', '02'].map((month) => `copy-2999-${month}-01T00-00-00Z.db`);
  const before = 'copy-2026-01-01T00-00-00Z.db';
  for (const name of [...ahead, before]) writeFileSync(join(folder, name), '');
  const args = ['backup', join(folder, 'copy.db'), '--keep', '2', '--json'];
  const { code, stdout } = await runCli(args, { env });
  expect(code).toBe(0);
  const { file, removed } = JSON.parse(stdout) as Record<string, unknown>;
  expect(removed).toEqual(ahead.map((name) => join(folder, name)));
  const left = readdirSync(folder).map((name) => join(folder, name));
  expect(left.sort()).toEqual([join(folder, before), String(file)].sort());
});

test('P10: a damaged journal replaces no older copy, and --keep removes none', async () => {
  const copy = join(folder, 'copy.db');
  expect(await runCli(['backup', copy], { env })).toMatchObject({ code: 0 });
  const file = join(env['LOCKSTEP_DATA_DIR'] ?? '', 'journal.db');
  const journal = openSqliteJournal(file);
  await settleAll(journal, [begun(1), begun(2)]);
  await journal.close();
  change(file, `UPDATE command SET state = 'refused' WHERE seq = 1`);
  const refused = await runCli(['backup', copy], { env });
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('command 1 cannot') });
  expect(refused.stderr).toContain(`The older copy ${copy} may be sound`);
  writeFileSync(join(folder, 'copy-2026-01-01T00-00-00Z.db'), '');
  const kept = await runCli(['backup', copy, '--keep', '1', '--json'], { env });
  expect(kept).toMatchObject({ code: 1, stderr: expect.stringContaining('older copies are all') });
  expect(JSON.parse(kept.stdout)).toMatchObject({ damaged: 1, removed: [] });
  expect(readdirSync(folder)).toHaveLength(3);
});

test('P1, P10: a journal on which no daemon would start is not copied', async () => {
  const file = join(env['LOCKSTEP_DATA_DIR'] ?? '', 'journal.db');
  change(file, 'UPDATE head SET last_seq = 7');
  const { code, stderr } = await runCli(['backup', join(folder, 'copy.db')], { env });
  expect(code).toBe(1);
  expect(stderr).toContain(`${file} is damaged`);
  expect(stderr).toContain('lockstep journal check');
  expect(readdirSync(folder)).toEqual([]);
});

function change(file: string, sql: string): void {
  const db = new Database(file);
  db.exec(sql);
  db.close();
}

test('--every makes one after the other until it is interrupted', async () => {
  const cli = startCli(['backup', join(folder, 'copy.db'), '--every', '1100ms'], { env });
  await vi.waitUntil(
    () => readdirSync(folder).filter((name) => name.endsWith('Z.db')).length >= 2,
    {
      timeout: 30_000,
    },
  );
  cli.child.kill('SIGINT');
  const { code, stdout } = await cli.result;
  expect(code).toBe(0);
  expect(stdout.trim().split('\n').length).toBeGreaterThanOrEqual(2);
});

test('a wrong count or time is bad usage', async () => {
  const copy = join(folder, 'copy.db');
  for (const wrong of [
    ['--keep', '0'],
    ['--keep', 'x'],
    ['--every', 'often'],
  ]) {
    expect(await runCli(['backup', copy, ...wrong], { env })).toMatchObject({ code: 2 });
  }
});

test('a fault of the folder of the copy is reported with its path, and leaves nothing there', async () => {
  const [file, missing] = [join(folder, 'file'), join(folder, 'no')];
  writeFileSync(file, 'mine');
  const detail: readonly (readonly [readonly string[], number, string])[] = [
    [[folder], 2, `${folder} is a folder; name a file in it, like ${join(folder, 'journal.db')}`],
    [[`${missing}/`, '--keep', '2'], 2, `${missing}/ is a folder; name a file in it`],
    [[join(missing, 'copy.db')], 1, `the folder of the copy, ${missing}, is missing`],
    [[join(file, 'copy.db')], 1, `${join(file, 'copy.db')}: `],
    [['/dev/null'], 1, '/dev/null is not a file'],
  ];
  for (const [line, code, message] of detail) {
    const sent = await runCli(['backup', ...line], { env });
    expect(sent).toMatchObject({ code, stdout: '' });
    expect(sent.stderr).toMatch(/^lockstep: /);
    expect(sent.stderr).toContain(message);
    expect(sent.stderr).not.toContain(join(env['LOCKSTEP_DATA_DIR'] ?? '', 'journal.db'));
    expect(sent.stderr).not.toMatch(/\n +at /);
  }
  expect(readdirSync(folder)).toEqual(['file']);
});

test('restore names the file that is no copy, and changes nothing', async () => {
  const [junk, empty] = [join(folder, 'junk.db'), join(folder, 'empty.db')];
  writeFileSync(
    junk,
    'no database at all, and long enough to be read as a header of one'.repeat(9),
  );
  writeFileSync(empty, '');
  const before = readdirSync(env['LOCKSTEP_DATA_DIR'] ?? '');
  for (const [file, message] of [
    [junk, `lockstep: ${junk}: file is not a database (SQLITE_NOTADB)\n`],
    [empty, `lockstep: ${empty} is empty\n`],
    [folder, `lockstep: ${folder} is not a file\n`],
    [join(folder, 'no'), `lockstep: there is no file ${join(folder, 'no')}\n`],
  ] as const) {
    const { code, stderr } = await runCli(['restore', file], { env });
    expect(stderr).toBe(
      `${message}  Name a copy: one of lockstep backup, or a journal-saved-….db of a daemon.\n`,
    );
    expect(code).toBe(1);
  }
  expect(readdirSync(env['LOCKSTEP_DATA_DIR'] ?? '')).toEqual(before);
});
