/**
 * The journal is copied while the daemon writes it, and replaced by the copy, as
 * docs/operate/backup.md describes.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type CommandAnswer, isError } from '../../src/client/index.ts';
import type { Faults } from '../../src/nodesim/faults/schema.ts';
import { startCluster, statusOf } from '../support/cluster.ts';
import type { Daemon } from '../support/daemon.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';
import { takesHttp } from '../support/takes-http.ts';
import { tempFolder } from '../support/temp-folder.ts';

const SETTINGS = { LOCKSTEP_REQUEST_TIMEOUT_MS: '300', LOCKSTEP_QUIESCE_MS: '300' };
const DEAF: Faults = { noAnswer: 1, noAnswerEffect: false, on: ['create'] };

/** The command line with the daemon's own settings. */
function cliOf({ dataDir, endpoint }: Daemon) {
  const env = { LOCKSTEP_DATA_DIR: dataDir, LOCKSTEP_ENDPOINT: endpoint };
  return (...args: string[]): Promise<CliResult> => runCli(args, { env });
}

const OK = expect.objectContaining({ code: 0, stderr: '' });

async function committed(answer: Promise<unknown>) {
  expect(await answer).toMatchObject({ state: 'committed' });
}

test('P1: a create that was open in the copy and deleted later does not come back by itself', async () => {
  const { sim, daemon, client } = await startCluster({ executors: 1, env: SETTINGS });
  const cli = cliOf(daemon);
  const copy = join(tempFolder(), 'copy.db');
  await sim.setFaults('node03', DEAF);
  await client.create('k', { id: 'open', wait: 'accepted', deadlineMs: 600_000 });
  await statusOf(client, 'open', { state: 'applying' });
  expect(await cli('backup', copy)).toEqual(OK);
  await sim.clearFaults();
  await statusOf(client, 'open', { state: 'committed' });
  await committed(client.delete('k', { id: 'gone' }));

  expect((await cli('restore', copy)).stderr).toContain('is held by the daemon');
  await daemon.stop();
  const restored = await cli('restore', copy);
  expect(restored).toEqual(OK);
  expect(restored.stdout).toContain('1 of its commands are open');
  await daemon.restart();

  // Other keys continue, and clients see a healthy daemon.
  await takesHttp(daemon);
  await committed(client.create('other'));
  expect(await client.status('gone')).toMatchObject({ error: { code: 'unknown_command' } });
  const held = { id: 'open', state: 'applying', held: true } as const;
  expect(await client.status('open')).toMatchObject(held);
  expect(await client.list({ state: 'applying' })).toMatchObject({ commands: [held] });
  expect(await client.summary()).toMatchObject({ held: 1, open: 1 });
  expect((await cli('status')).stdout).toContain('1 held since the journal was restored');

  // The key waits, and its waiting command names the reason.
  const later = await client.delete('k', { id: 'later', wait: 'accepted', deadlineMs: 600_000 });
  expect(later).toMatchObject({ state: 'accepted', waitsFor: 'open' });
  expect(await client.status('later')).toMatchObject({ waitsFor: 'open' });
  const late = await client.delete('k', { id: 'late', deadlineMs: 1 });
  const detail = 'not asked: command open is held since the journal was restored and has the key';
  expect(late).toMatchObject({
    state: 'refused',
    reason: 'deadline',
    nodes: { node01: { lastResponse: detail } },
  });
  for (const op of ['retry', 'cancel', 'abandon'] as const) {
    expect(await client[op]('open')).toMatchObject({
      error: { code: 'invalid_request', hint: expect.stringContaining('lockstep restore') },
    });
  }
  const one = { node01: 1, node02: 1, node03: 1 };
  expect(await sim.stats()).toEqual([true, one]);

  // It is still held after a restart.
  await daemon.restart();
  expect(await client.status('open', { timeoutMs: 30_000 })).toMatchObject(held);
  const preview = await cli('restore', '--abandon', '--dry-run');
  expect(preview.stdout).toMatch(/applying, held/);
  expect((await cli('restore', '--abandon')).code).toBe(2);
  expect(await cli('restore', '--abandon', 'open', '--yes')).toEqual(OK);
  await statusOf(client, 'open', { state: 'abandoned' });
  await statusOf(client, 'later', { state: 'refused', reason: 'not_found' });
  expect(await sim.stats()).toEqual([true, one]);
  expect(daemon.output).toContain('operator: restore_abandon');
});

test('P1, P5: a held command that is to continue does, and after a restart still does', async () => {
  const { sim, daemon, client } = await startCluster({ executors: 1, env: SETTINGS });
  const cli = cliOf(daemon);
  const copy = join(tempFolder(), 'copy.db');
  await sim.setFaults('node03', DEAF);
  for (const key of ['a', 'b']) {
    await client.create(key, { id: key, wait: 'accepted', deadlineMs: 600_000 });
    await statusOf(client, key, { state: 'applying' });
  }
  expect(await cli('backup', copy)).toEqual(OK);
  await daemon.stop();
  expect(await cli('restore', copy)).toEqual(OK);
  await daemon.restart();
  expect(await cli('restore', '--resume', 'a', '--yes')).toEqual(OK);
  await statusOf(client, 'a', { state: 'applying' });
  await daemon.kill9();
  await daemon.restart();
  await sim.clearFaults();
  await statusOf(client, 'a', { state: 'committed' });
  expect(await client.status('b')).toMatchObject({ state: 'applying', held: true });
  expect(await cli('restore', '--resume', '--key', 'b', '--yes')).toEqual(OK);
  await statusOf(client, 'b', { state: 'committed' });
  expect(await client.summary()).not.toHaveProperty('held');
  // Owner marks and numbers are higher than any that the lost journal gave.
  await committed(client.delete('a'));
});

test('P1: keys created since the copy are named after a restore, and commands on them do well', async () => {
  const { sim, daemon, client } = await startCluster({ executors: 1 });
  const cli = cliOf(daemon);
  const copy = join(tempFolder(), 'copy.db');
  await committed(client.create('kept'));
  await committed(client.create('gone'));
  expect(await cli('backup', copy)).toEqual(OK);
  await committed(client.delete('gone'));
  for (const key of ['new', 'newer']) await committed(client.create(key));
  await daemon.stop();
  expect((await cli('restore', copy)).stdout).toContain('lockstep audit --unjournaled');
  await daemon.restart();
  const { code, stdout } = await cli('audit', '--unjournaled');
  expect(stdout).toMatch(/gone +missing +present +absent/);
  expect(stdout).toMatch(
    /2 keys are on all nodes and not known to the journal\n {2}new\n {2}newer\n$/,
  );
  expect(code).toBe(1);

  await committed(client.delete('new'));
  const again = { state: 'refused', reason: 'already_exists' };
  expect(await client.create('newer')).toMatchObject(again);
  await committed(client.delete('newer'));
  await committed(client.create('gone'));
  await committed(client.delete('gone'));
  const agreed = await cli('audit');
  expect(agreed.stdout).toContain('audit: the nodes agree with the journal');
  expect(await sim.stats()).toEqual([true, { node01: 1, node02: 1, node03: 1 }]);
});

test('P10: a file that is no copy, or a running daemon, is reported, and nothing is changed', async () => {
  const { daemon } = await startCluster({ executors: 1 });
  const cli = cliOf(daemon);
  const page = join(import.meta.dirname, '../../docs/operate/backup.md');
  expect(await cli('restore', page)).toMatchObject({ code: 1, stderr: /is held by the daemon/ });
  await daemon.stop();
  const before = readFileSync(join(daemon.dataDir, 'journal.db'));
  const wrong = [[page], ['/nowhere/copy.db'], [join(daemon.dataDir, 'journal.db')]];
  for (const args of wrong) {
    const { code, stderr } = await cli('restore', ...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(/not a database|no file|the journal itself/);
  }
  expect(await cli('backup', '/nowhere/copy.db')).toMatchObject({ code: 1 });
  for (const args of [[], ['a', 'b'], ['--resume', '--abandon']]) {
    expect(await cli('restore', ...args)).toMatchObject({ code: 2 });
  }
  expect(readFileSync(join(daemon.dataDir, 'journal.db')).equals(before)).toBe(true);
  expect(readdirSync(daemon.dataDir).filter((name) => /saved|before|part/.test(name))).toEqual([]);
});

/** The command lines of the page. */
function procedure(heading: string): readonly string[] {
  const page = readFileSync(join(import.meta.dirname, '../../docs/operate/backup.md'), 'utf8');
  const [, section = ''] = page.split(`\n${heading}\n`);
  const [, block = ''] = /```sh\n([\s\S]*?)```/.exec(section) ?? [];
  return block
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
}

test('P3, P7: the procedures of the page, as they stand there, under 20 commands a second', async () => {
  const { daemon, client } = await startCluster({ executors: 1, env: SETTINGS });
  const cli = cliOf(daemon);
  const folder = tempFolder();
  const told: CommandAnswer[] = [];
  let sent = 0;
  const load = setInterval(() => {
    const id = `load-${sent++}`;
    void client.create(id, { id, persist: true, timeoutMs: 60_000 }).then((answer) => {
      if (!isError(answer)) told.push(answer);
    });
  }, 50);
  onTestFinished(() => clearInterval(load));
  await vi.waitUntil(() => told.length > 20, { timeout: 20_000 });

  const steps: string[] = [];
  const type = async (line: string): Promise<void> => {
    steps.push(line);
    if (line === 'npm stop') return void (await daemon.stop());
    if (line === 'npm start') return daemon.restart();
    const [program, ...args] = line.replaceAll('/backup/', `${folder}/`).split(' ');
    expect(program).toBe('lockstep');
    // The nodes now hold keys that this journal does not know: the audit reports them and exits
    // with 1.
    const { code, stderr } = await cli(...args);
    expect([line, stderr, args[0] === 'audit' ? 0 : code]).toEqual([line, '', 0]);
  };
  const copied = [...told];
  for (const line of procedure('## Backup')) await type(line);
  const after = told.length;
  await vi.waitUntil(() => told.length > after + 20, { timeout: 20_000 });
  clearInterval(load);
  for (const line of procedure('## Restore')) await type(line);
  expect(steps.join('\n')).toMatch(/^lockstep backup .*npm stop\nlockstep restore .*npm start/s);

  for (const answer of copied) {
    expect(await client.status(answer.id)).toMatchObject({ ...answer });
  }
  // The daemon no longer knows the commands that came after the copy.
  const last = told.at(-1)?.id ?? '';
  expect(await client.status(last)).toMatchObject({ error: { code: 'unknown_command' } });
  expect(await client.summary()).not.toHaveProperty('held');
});
