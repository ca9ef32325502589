/**
 * Processes that are not our children: whether they run, their command lines, and their end. An old
 * process id may belong to another process by now, so the command line is checked first.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isForeign } from './places.cjs';

const POLL_MS = 50;

/**
 * The process whose number stands in the file, if its command line shows that it is the one meant. A file of another user
 * is not believed: it could name any process of ours.
 *
 * @param {string} pidFile
 * @param {string} mark a part of its command line
 * @returns {number | undefined}
 */
export function findProcess(pidFile, mark) {
  if (isForeign(pidFile)) return undefined;
  const pid = Number.parseInt(readOr(pidFile, ''), 10);
  return pid > 0 && commandLineOf(pid).includes(mark) ? pid : undefined;
}

/**
 * @param {number} pid
 * @param {number} timeoutMs
 * @returns {Promise<boolean>} true once the process is gone, false when the time is over
 */
export async function waitUntilGone(pid, timeoutMs) {
  const until = performance.now() + timeoutMs;
  while (isAlive(pid)) {
    if (performance.now() >= until) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/**
 * Asks it to stop as pm2 does, and kills it if it has not done so in time.
 *
 * @param {number} pid
 * @param {number} timeoutMs
 */
export async function endProcess(pid, timeoutMs) {
  signal(pid, 'SIGINT');
  if (await waitUntilGone(pid, timeoutMs)) return;
  signal(pid, 'SIGKILL');
  await waitUntilGone(pid, timeoutMs);
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals | 0} name
 * @returns {boolean} false if there is no such process
 */
export function signal(pid, name) {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if (isCode(error, 'ESRCH')) return false;
    throw error;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  return signal(pid, 0) && !isZombie(pid);
}

/**
 * Dead, but not yet seen by its parent, which in a container may be nobody.
 *
 * @param {number} pid
 */
function isZombie(pid) {
  return /\) Z /.test(readOr(`/proc/${pid}/stat`, ''));
}

/** @param {number} pid */
function commandLineOf(pid) {
  const line = readOr(`/proc/${pid}/cmdline`, undefined);
  if (line !== undefined) return line.replaceAll('\0', ' ');
  if (process.platform === 'linux') return '';
  try {
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return ''; // ps answers 1 if there is no such process
  }
}

/**
 * @template T
 * @param {string} path
 * @param {T} otherwise for a file that is not there
 */
function readOr(path, otherwise) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ESRCH')) return otherwise;
    throw error;
  }
}

/**
 * @param {unknown} error
 * @param {string} code
 */
function isCode(error, code) {
  return error instanceof Error && 'code' in error && error.code === code;
}
