/** The programs of the folder `examples`, each as its page says, against a real daemon. */
import { type ChildProcess, execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '../support/client-pair.ts';
import { shareCluster, startCluster } from '../support/cluster.ts';
import { commandsOf } from '../support/page-commands.ts';
import { PROJECT } from '../tooling/temp-project.ts';

const PYTHONS = ['python3', '/usr/bin/python3'];
const cluster = shareCluster();
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-examples-'));
  const pack = join(PROJECT, 'tools/pack-client/main.ts');
  execFileSync(process.execPath, [pack, join(folder, 'packed')], { stdio: 'pipe' });
  // As `npm install` would leave it.
  mkdirSync(join(folder, 'node_modules'));
  renameSync(join(folder, 'packed/package'), join(folder, 'node_modules/lockstep-client'));
  symlinkSync(join(PROJECT, 'node_modules/zeromq'), join(folder, 'node_modules/zeromq'));
  for (const path of globSync('examples/client/*.mjs', { cwd: PROJECT })) {
    copyFileSync(join(PROJECT, path), join(folder, basename(path)));
  }
}, 180_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function envFor({ endpoint, eventsEndpoint } = cluster.daemon) {
  const addresses = { LOCKSTEP_ENDPOINT: endpoint, LOCKSTEP_EVENTS_ENDPOINT: eventsEndpoint };
  return { PATH: process.env['PATH'], ...addresses };
}

async function run(name: string, ...args: string[]) {
  const options = { cwd: folder, env: envFor() };
  return promisify(execFile)(process.execPath, [name, ...args], options);
}

/** Runs on beside the test. */
function begin(env: NodeJS.ProcessEnv, name: string, ...args: string[]) {
  const child: ChildProcess = spawn(process.execPath, [name, ...args], { cwd: folder, env });
  onTestFinished(() => void child.kill('SIGKILL'));
  const seen = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.on('data', (text) => {
      seen[stream] += String(text);
    });
  }
  const ended = new Promise<number | null>((resolve) => void child.once('close', resolve));
  return { seen, ended };
}

describe('the examples', () => {
  test('are listed on their page, and each is run here', () => {
    const programs = globSync('examples/{client,python,curl}/*', { cwd: PROJECT })
      .map((path) => path.replace('examples/', ''))
      .filter((path) => !['connect.mjs', 'README.md'].includes(basename(path)));
    const page = readFileSync(join(PROJECT, 'examples/README.md'), 'utf8');
    const tests = [import.meta.filename, join(import.meta.dirname, 'http-page.test.ts')];
    const run = tests.map((path) => readFileSync(path, 'utf8')).join('');
    expect(programs.length).toBeGreaterThan(4);
    expect(programs.filter((path) => !page.includes(`](${path})`))).toEqual([]);
    expect(programs.filter((path) => !run.includes(`${basename(path)}'`))).toEqual([]);
  });

  test('are set up by the commands of their page, and npm installs beside them', () => {
    const commands = commandsOf('examples/README.md');
    const install = commands.findIndex((command) => command.startsWith('npm install '));
    const [pack, ...setUp] = commands.slice(0, install);
    expect(pack).toBe('npm run pack:client');
    const checkout = mkdtempSync(join(tmpdir(), 'lockstep-checkout-'));
    onTestFinished(() => rmSync(checkout, { recursive: true, force: true }));
    for (const name of ['package.json', 'examples']) {
      cpSync(join(PROJECT, name), join(checkout, name), { recursive: true });
    }
    const script = [...setUp, 'echo prefix=$(npm prefix)', 'ls'].join('\n');
    const { stdout } = spawnSync('sh', ['-euc', script], { cwd: checkout, encoding: 'utf8' });
    expect(stdout).toContain(`prefix=${join(checkout, 'try')}\n`);
    const [, file = ''] = /^node (\S+)/.exec(commands[install + 1] ?? '') ?? [];
    expect(stdout).toContain(`\n${file}\n`);
  });

  test('create and delete: a record is on all nodes, then on none', async () => {
    const { stdout } = await run('create-delete.mjs', 'one');
    expect(stdout).toMatch(
      /^create one: on all nodes, in [\d.]+ ms\ndelete one: on all nodes, in [\d.]+ ms\n$/,
    );
  });

  test('create and delete: a key that is there already is refused, and the exit code says so', async () => {
    await cluster.client.create('there');
    const failure = await run('create-delete.mjs', 'there').catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 1 });
    expect((failure as { stdout: string }).stdout).toContain(
      'create there: on no node (already_exists)',
    );
  });

  test('bulk: thousands of records, with progress and a count by outcome', async () => {
    const { stdout } = await run('bulk.mjs', '2000', 'many');
    expect(stdout).toBe('{"committed":2000}\n');
    const again = await run('bulk.mjs', '3', 'many').catch((error: unknown) => error);
    expect(again).toMatchObject({ code: 1, stdout: '{"refused":3}\n' });
  });

  test('P7: retry: the daemon is killed with the command under way, and it is executed once', async () => {
    const { sim, daemon, client } = await startCluster();
    await sim.setFaults('node02', { errorBefore: 1 });
    const { seen, ended } = begin(envFor(daemon), 'retry.mjs', 'order-17', 'paid');
    await eventually(async () => {
      const answer = await client.status('order-17');
      return 'state' in answer && answer.state;
    }).toBe('applying');
    await daemon.kill9();
    await sim.clearFaults();
    await daemon.restart();
    expect(await ended).toBe(0);
    expect(seen.stdout).toBe('order-17 committed \n');
    const again = begin(envFor(daemon), 'retry.mjs', 'order-17', 'paid');
    expect(await again.ended).toBe(0);
    expect(again.seen.stdout).toBe('order-17 committed \n');
    const listed = await client.list({ groupId: 'paid' });
    expect('commands' in listed && listed.commands).toHaveLength(1);
  });

  test('events: how commands end, as it happens', async () => {
    const { daemon, client } = await startCluster();
    await client.create('before');
    const { seen, ended } = begin(envFor(daemon), 'events.mjs', '3');
    await eventually(() => seen.stdout).toBe('create before committed \n');
    await client.create('after');
    await eventually(async () => {
      await client.create('after');
      return seen.stdout;
    }).toContain('create after refused already_exists\n');
    expect(await ended).toBe(0);
    expect(seen.stdout.split('\n').filter((line) => line !== '')).toHaveLength(3);
  });

  test('Python: a plain REQ socket creates and deletes', async (ctx) => {
    const python = PYTHONS.find((name) => spawnSync(name, ['-c', 'import zmq']).status === 0);
    if (python === undefined) return ctx.skip('no python3 with zmq here (Debian: python3-zmq)');
    const script = join(PROJECT, 'examples/python/create_delete.py');
    const { stdout } = await promisify(execFile)(python, [script, 'snake'], { env: envFor() });
    expect(stdout).toBe('create snake committed \ndelete snake committed \n');
  });

  test('have types that fit the package', () => {
    const tsc = join(PROJECT, 'node_modules/typescript/bin/tsc');
    const files = globSync('*.mjs', { cwd: folder });
    const options = [
      '--ignoreConfig',
      '--noEmit',
      '--allowJs',
      '--checkJs',
      '--module',
      'nodenext',
    ];
    const typeRoots = ['--typeRoots', join(PROJECT, 'node_modules/@types'), '--types', 'node'];
    const { stdout } = spawnSync(process.execPath, [tsc, ...options, ...typeRoots, ...files], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(stdout).toBe('');
  });
});
