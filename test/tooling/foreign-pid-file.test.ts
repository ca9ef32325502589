/** `npm stop` and the files with process ids in a folder that all users write to. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../support/temp-folder.ts';

const USER = 12_345;
/** JavaScript, without types of its own. */
const { takeDown } = await import(join(import.meta.dirname, '../../supervisor/take-down.mjs'));

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
