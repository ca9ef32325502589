/** `npm start` and `npm stop` with the real pm2 and small programs in place of the apps. */
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { smallDisk } from '../support/small-disk.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { type SupervisedProject, supervisedProject } from './supervised-project.ts';
import { run } from './temp-project.ts';

/** Up to the last byte. */
function fill(disk: string): void {
  const file = openSync(join(disk, 'filling'), 'a');
  try {
    for (const size of [64 * 1024, 1]) writeUntilFull(file, Buffer.alloc(size));
  } finally {
    closeSync(file);
  }
}

function writeUntilFull(file: number, part: Buffer): void {
  try {
    for (;;) writeSync(file, part);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

/** What the app of this name printed about its last life. */
function lastLife(project: SupervisedProject, app: string): Record<string, unknown> {
  const line = project.logOf(app).findLast((each) => each.startsWith(`${app} lives: `));
  return JSON.parse(line?.slice(`${app} lives: `.length) ?? '{}');
}

describe('npm start', () => {
  it('returns 0 when both apps are ready, and says what runs where and how to stop it', async () => {
    const project = await supervisedProject();
    const { code, stdout, stderr } = project.start();
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/lockstepd +\d+ +tcp:\/\/127\.0\.0\.1:\d+ +data\/logs\/lockstepd\.log/);
    expect(stdout).toMatch(/nodesim +\d+ +http:\/\/127\.0\.0\.1:\d+ … \d+/);
    expect(stdout).toMatch(/stop +npm stop/);
  });

  it('hands the environment on, with the exit code for an intended stop, without npm', async () => {
    const project = await supervisedProject();
    project.start({ RANDOM_BEHAVIOR: '0.2', npm_config_thing: 'x' });
    expect(lastLife(project, 'nodesim')).toEqual({
      node: process.version,
      cwd: project.root,
      fault: '0.2',
      stopExitCode: '79',
      npm: 0,
    });
  });

  it('restarts running apps, with nothing left of the former environment', async () => {
    const project = await supervisedProject();
    project.start({ RANDOM_BEHAVIOR: '0.2' });
    const { code, stdout, stderr } = project.start();
    expect(stdout).toContain('lockstep was running: it restarts.');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(lastLife(project, 'nodesim')).not.toHaveProperty('fault');
  });

  it.each([
    ['lockstepd', 'refuse', 78, 'lockstepd refused its configuration (exit code 78)'],
    ['nodesim', 'refuse', 78, 'nodesim refused its configuration (exit code 78)'],
    ['lockstepd', 'crash', 1, 'lockstepd ended before it was ready (exit code 1)'],
    ['nodesim', 'deaf', 1, 'nodesim said that it is ready, but 127.0.0.1:'],
  ])('when %s does %s, exits %i, says so and leaves nothing running', async (...row) => {
    const [app, behaviour, exitCode, text] = row;
    const project = await supervisedProject();
    const { code, stderr } = project.start({ [`FIXTURE_${app.toUpperCase()}`]: behaviour });
    expect(stderr).toContain(`lockstep did not start: ${text}`);
    expect(stderr).toContain(`${app} lives: `);
    expect(code).toBe(exitCode);
    expect(project.processes()).toEqual([]);
  });

  it('shows only the log lines of the start that failed', async () => {
    const project = await supervisedProject();
    project.start({ RANDOM_BEHAVIOR: '0.123' });
    project.stop();
    const { stderr } = project.start({ FIXTURE_LOCKSTEPD: 'refuse' });
    expect(stderr).toContain('LOCKSTEP_NODES is not a list of nodes');
    expect(stderr).not.toContain('0.123');
  });

  it('without a build exits 78 and says what to run', async () => {
    const project = await supervisedProject();
    const daemon = join(project.root, 'dist/daemon.js');
    rmSync(daemon);
    const { code, stderr } = project.start();
    expect(stderr).toBe(`lockstep did not start: ${daemon} is missing: run npm run build\n`);
    expect(code).toBe(78);
    expect(project.processes()).toEqual([]);
  });

  it('without packages exits 78 and says what to run', async () => {
    const project = await supervisedProject();
    rmSync(join(project.root, 'node_modules'));
    const { code, stderr } = project.start();
    expect(stderr).toBe(
      `lockstep did not start: the packages are missing in ${project.root}: run npm ci there\n`,
    );
    expect(code).toBe(78);
  });

  it.skipIf(process.getuid?.() !== 0)(
    'started once by another user says whose the data folder is (takes root to try)',
    async () => {
      const project = await supervisedProject();
      mkdirSync(join(project.root, 'data'), { mode: 0o700 });
      const nobody = ['setpriv', '--reuid=65534', '--clear-groups', process.execPath] as const;
      chmodSync(join(project.root, '..'), 0o755);
      chmodSync(project.root, 0o755);
      const { code, stderr } = run([...nobody, 'supervisor/start.mjs'], { cwd: project.root });
      expect(stderr).toMatch(
        /^lockstep did not start: .* \(user id 65534\): it is in a folder of user id 0\./,
      );
      expect(code).toBe(1);
    },
  );

  it('keeps everything in LOCKSTEP_DATA_DIR, and reports how to stop that', async () => {
    const project = await supervisedProject();
    const env = { LOCKSTEP_DATA_DIR: 'elsewhere' };
    const data = join(project.root, 'elsewhere');
    expect(project.start(env).stdout).toContain(`stop  LOCKSTEP_DATA_DIR=${data} npm stop`);
    expect(readdirSync(data)).toEqual(expect.arrayContaining(['logs', 'pm2-home']));
    expect(project.stop(env).stdout).toBe('lockstep is stopped.\n');
    expect(existsSync(join(project.root, 'data'))).toBe(false);
  });

  it('works in a folder with a space, with the data in another, and prints a line that can be pasted', async () => {
    const project = await supervisedProject("Anna's project");
    const env = { LOCKSTEP_DATA_DIR: 'my data' };
    const { code, stdout, stderr } = project.start(env);
    expect(code, stderr).toBe(0);
    const prefix = /stop +(.*) npm stop/.exec(stdout)?.[1] ?? '';
    const shell = ['sh', '-c', `${prefix} node -p process.env.LOCKSTEP_DATA_DIR`] as const;
    expect(run(shell, { cwd: '/' }).stdout.trim()).toBe(join(project.root, 'my data'));
    expect(project.stop(env).stdout).toBe('lockstep is stopped.\n');
    expect(project.processes()).toEqual([]);
  });

  it.each([
    ['LOCKSTEP_NODES', { LOCKSTEP_NODES: 'a=http://127.0.0.1:1/v1' }, undefined],
    ['a configuration file', {}, 'nodes: {a: "http://127.0.0.1:1/v1"}'],
  ])('starts no simulator where %s names the nodes', async (_, env, file) => {
    const project = await supervisedProject();
    if (file !== undefined) writeFileSync(join(project.root, 'lockstep.config.yaml'), file);
    const { code, stdout, stderr } = project.start(env);
    expect(code, stderr).toBe(0);
    expect(stdout).not.toContain('nodesim');
    expect([project.livesOf('lockstepd'), project.livesOf('nodesim')]).toEqual([1, 0]);
  });

  it('interrupted while it waits, takes everything down again and exits 130', async () => {
    const project = await supervisedProject();
    const starting = project.spawnStart({ FIXTURE_LOCKSTEPD: 'mute' });
    const ended = once(starting, 'exit');
    await vi.waitUntil(() => project.livesOf('lockstepd') === 1, 10_000);
    starting.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(project.processes()).toEqual([]);
  });

  it('leaves another copy of the project alone', async () => {
    const [one, other] = [await supervisedProject(), await supervisedProject()];
    one.start();
    other.start();
    const before = one.processes();
    other.stop();
    expect(one.processes()).toEqual(before);
    expect(other.processes()).toEqual([]);
  });
});

describe('npm stop', () => {
  it('leaves no process, and no file outside of the data folder', async () => {
    const project = await supervisedProject();
    const before = readdirSync(project.root);
    project.start();
    expect(project.processes().length).toBeGreaterThan(0);
    const { code, stdout } = project.stop();
    expect(stdout).toBe('lockstep is stopped.\n');
    expect(code).toBe(0);
    expect(project.processes()).toEqual([]);
    expect(readdirSync(project.root)).toEqual([...before, 'data'].sort());
  });

  it('exits 0 when nothing runs, and touches nothing', async () => {
    const project = await supervisedProject();
    const { code, stdout } = project.stop();
    expect(stdout).toBe('lockstep was not running.\n');
    expect(code).toBe(0);
    expect(existsSync(join(project.root, 'data'))).toBe(false);
  });

  it('ends the apps of a pm2 that was killed', async () => {
    const project = await supervisedProject();
    project.start();
    process.kill(
      Number(readFileSync(join(project.places().pm2Home, 'pm2.pid'), 'utf8')),
      'SIGKILL',
    );
    expect(project.stop().stdout).toBe('lockstep is stopped.\n');
    expect(project.processes()).toEqual([]);
  });

  it('uses a private folder for temporary files where the path of its home is too long', async () => {
    const project = await supervisedProject();
    const env = { XDG_STATE_HOME: join(project.root, 'deep'.repeat(30)), TMPDIR: tempFolder() };
    const { code, stderr } = project.start(env);
    expect(code, stderr).toBe(0);
    expect(readdirSync(env.TMPDIR)).toHaveLength(1);
    expect(project.stop(env).stdout).toBe('lockstep is stopped.\n');
    expect(readdirSync(env.TMPDIR)).toEqual([]);
    expect(project.processes()).toEqual([]);
  });
});

describe('pm2', () => {
  it('P8: survives a full disk with the data, and still restarts apps', async (ctx) => {
    const project = await supervisedProject();
    const disk = smallDisk(ctx, 4);
    // The home of its user is on the same disk.
    const env = { LOCKSTEP_DATA_DIR: join(disk, 'data'), XDG_STATE_HOME: disk };
    const { code, stderr } = project.start(env);
    expect(code, stderr).toBe(0);
    const { pm2Home } = project.places(env);
    const pm2 = Number(readFileSync(join(pm2Home, 'pm2.pid'), 'utf8'));
    const another = (than: number, meanwhile = () => {}): Promise<number> =>
      vi.waitFor(
        () => {
          meanwhile();
          const pid = project.pidOf('lockstepd', env);
          if (pid === 0 || pid === than) throw new Error('it has not been started anew yet');
          return pid;
        },
        { timeout: 20_000, interval: 2 },
      );
    const first = await another(0);
    fill(disk);
    process.kill(first, 'SIGKILL');
    // What the end of the app makes free is taken as well, before pm2 starts it anew.
    const second = await another(first, () => fill(disk));
    rmSync(join(disk, 'filling'));
    process.kill(second, 'SIGKILL');
    await another(second);
    expect(Number(readFileSync(join(pm2Home, 'pm2.pid'), 'utf8'))).toBe(pm2);
    expect(process.kill(pm2, 0)).toBe(true);
    expect(project.stop(env).stdout).toBe('lockstep is stopped.\n');
  });

  it('P8: brings an app back that a signal killed, and again when it falls twenty times', async () => {
    const project = await supervisedProject();
    // pm2 lets the wait grow by half each time, in whole milliseconds: from 1 it never grows.
    const deadlines = join(project.root, 'supervisor/deadlines.cjs');
    writeFileSync(
      deadlines,
      readFileSync(deadlines, 'utf8').replace(/restartMs: \d+/, 'restartMs: 1'),
    );
    project.start({ FIXTURE_LOCKSTEPD: 'relapse' });
    const first = project.pidOf('lockstepd');
    process.kill(first, 'SIGKILL');
    await vi.waitUntil(() => project.livesOf('lockstepd') === 21, 30_000);
    await vi.waitUntil(() => project.pidOf('lockstepd') > 0, 10_000);
    expect(project.pidOf('lockstepd')).not.toBe(first);
  });

  it('leaves an app down that stopped on purpose', async () => {
    const project = await supervisedProject();
    project.start();
    const nodesim = project.pidOf('nodesim');
    process.kill(nodesim, 'SIGINT');
    await vi.waitUntil(() => project.pidOf('nodesim') === 0, 10_000);
    // By the time the daemon is back, nodesim, which ended before it, would be back as well.
    process.kill(project.pidOf('lockstepd'), 'SIGKILL');
    await vi.waitUntil(() => project.livesOf('lockstepd') === 2, 10_000);
    expect(project.livesOf('nodesim')).toBe(1);
  });
});
