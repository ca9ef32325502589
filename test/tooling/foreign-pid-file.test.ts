/** `npm start`, `npm stop` and files with process ids that another user has written. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../support/temp-folder.ts';

const USER = 12_345;
/** JavaScript, without types of its own. */
const SUPERVISOR = join(import.meta.dirname, '../../supervisor');
const { takeDown } = await import(join(SUPERVISOR, 'take-down.mjs'));
const { placesOf } = createRequire(import.meta.url)(join(SUPERVISOR, 'places.cjs')) as {
  readonly placesOf: (env: Readonly<Record<string, string>>) => Places;
};

interface Places {
  readonly pids: string;
  readonly otherPids: string;
  readonly pm2Home: string;
}

test.skipIf(process.geteuid?.() !== 0)(
  'a process is ended by the file of its own user, and not by one of another user (only root can test it)',
  async () => {
    const folder = tempFolder();
    const pids = join(folder, 'lockstep-');
    const script = join(folder, 'dist', 'daemon.js');
    const app = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', script], {
      stdio: 'ignore',
    });
    onTestFinished(() => void app.kill('SIGKILL'));
    await once(app, 'spawn');
    const file = `${pids}lockstepd-0.pid`;
    const places = {
      root: folder,
      data: folder,
      logs: folder,
      pm2Home: join(folder, 'home'),
      homeNote: join(folder, 'pm2-home'),
      pids,
      otherPids: join(folder, 'elsewhere', 'lockstep-'),
    };
    writeFileSync(file, String(app.pid));
    chownSync(file, USER, USER);
    expect(await takeDown(places)).toBe(false);
    expect([app.exitCode, app.signalCode, existsSync(file)]).toEqual([null, null, true]);
    chownSync(file, 0, 0);
    const ended = once(app, 'exit');
    expect(await takeDown(places)).toBe(true);
    expect(await ended).toEqual([null, 'SIGINT']);
    expect(existsSync(file)).toBe(false);
  },
);

test.skipIf(process.geteuid?.() !== 0)(
  'the process in a pm2.pid of another user is not ended (only root can test it)',
  async () => {
    const folder = tempFolder();
    const pm2Home = join(folder, 'home');
    const bystander = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', pm2Home], {
      stdio: 'ignore',
    });
    onTestFinished(() => void bystander.kill('SIGKILL'));
    await once(bystander, 'spawn');
    mkdirSync(pm2Home);
    const file = join(pm2Home, 'pm2.pid');
    writeFileSync(file, String(bystander.pid));
    chownSync(file, USER, USER);
    const places = {
      root: folder,
      data: folder,
      logs: folder,
      pm2Home,
      homeNote: join(folder, 'pm2-home'),
      pids: join(folder, 'lockstep-'),
      otherPids: join(folder, 'elsewhere', 'lockstep-'),
    };
    expect(await takeDown(places)).toBe(false);
    expect([bystander.exitCode, bystander.signalCode]).toEqual([null, null]);
  },
);

test.skipIf(process.geteuid?.() !== 0 || !existsSync('/dev/shm'))(
  'a file of another user in the folder that all users write to does not stop a start (only root can test it)',
  () => {
    const env = { LOCKSTEP_DATA_DIR: tempFolder(), HOME: tempFolder() };
    const before = placesOf(env);
    expect(before.pids).toMatch(/^\/dev\/shm\/lockstep-/);
    const file = `${before.pids}lockstepd-0.pid`;
    writeFileSync(file, '1');
    onTestFinished(() => rmSync(file));
    expect(placesOf(env).pids).toBe(before.pids);
    chownSync(file, USER, USER);
    const after = placesOf(env);
    expect(after.pids.startsWith(after.pm2Home)).toBe(true);
    expect(after.otherPids).toBe(before.pids);
  },
);
