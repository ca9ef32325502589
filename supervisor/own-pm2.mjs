/**
 * The project's own pm2, in a home of its own (`places.cjs`), so that no other pm2 is touched. Its
 * calls take callbacks and have no time limit; here they are promises with one.
 */
import { existsSync, lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import { dirname, join } from 'node:path';
import { isForeign, pidFiles } from './places.cjs';

const CONNECT_MS = 20_000;

/**
 * @typedef {{ readonly pm2Home: string, readonly pids: string }} Home
 * @typedef {typeof import('pm2')} Pm2
 */

/**
 * True if a pm2 answers in this home. Asking pm2 itself would start one.
 *
 * @param {Home} home
 * @returns {Promise<boolean>}
 */
export function isRunning({ pm2Home }) {
  return canConnect({ path: join(pm2Home, 'rpc.sock') });
}

/**
 * @param {import('node:net').NetConnectOpts} address
 * @returns {Promise<boolean>}
 */
export function canConnect(address) {
  return new Promise((resolve) => {
    const socket = connectSocket({ ...address, timeout: 2000 });
    /** @param {boolean} answer */
    const settle = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true));
    socket.once('timeout', () => settle(false));
    socket.once('error', () => settle(false));
  });
}

/**
 * Connects to the pm2 of this home, and starts it if it does not run.
 *
 * @param {Home} home
 * @returns {Promise<Pm2>}
 */
export async function openPm2(home) {
  prepareHome(home);
  for (const name of Object.keys(process.env)) {
    if (name.startsWith('PM2_')) delete process.env[name];
  }
  process.env['PM2_HOME'] = home.pm2Home;
  // It prints nothing, and does not end this process.
  process.env['PM2_PROGRAMMATIC'] = 'true';
  // By default pm2 sends its version to its makers daily, and looks for their monitoring agent.
  process.env['PM2_DISABLE_VERSION_CHECK'] = 'true';
  process.env['PM2_NO_INTERACTION'] = 'true';
  const { default: pm2 } = await import('pm2');
  await call('connecting to pm2', CONNECT_MS, (done) => pm2.connect(done));
  return pm2;
}

/**
 * @template T
 * @param {string} what for the message when the time is over
 * @param {number} timeoutMs
 * @param {(done: (error: Error | null | undefined, value?: T) => void) => void} start
 * @returns {Promise<T>}
 */
export function call(what, timeoutMs, start) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`${what} took longer than ${timeoutMs} ms`)),
      timeoutMs,
    );
    start((error, value) => {
      clearTimeout(timer);
      if (error) reject(error instanceof Error ? error : new Error(String(error)));
      else resolve(/** @type {T} */ (value));
    });
  });
}

/**
 * Whoever owns pm2's socket runs programs in our name: the home must be ours and closed to others.
 *
 * @param {Home} home
 */
function prepareHome({ pm2Home, pids }) {
  mkdirSync(dirname(pids), { recursive: true, mode: 0o700 });
  mkdirSync(pm2Home, { recursive: true, mode: 0o700 });
  const stat = lstatSync(pm2Home);
  const uid = process.getuid?.();
  if (!stat.isDirectory() || stat.uid !== uid || (stat.mode & 0o077) !== 0) {
    throw new Error(
      `${pm2Home} is not a private folder of this user (it belongs to user id ${stat.uid}): ` +
        'stop lockstep as that user, or remove the folder',
    );
  }
  // pm2 creates the home when it is loaded, once in a process: not again if the home was removed
  // since.
  const modules = join(pm2Home, 'module_conf.json');
  if (!existsSync(modules)) writeFileSync(modules, '{}');
  const foreign = pidFiles(pids).find(isForeign);
  if (foreign !== undefined) {
    throw new Error(`${foreign} belongs to another user: stop lockstep as that user, or remove it`);
  }
}
