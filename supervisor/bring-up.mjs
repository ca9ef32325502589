/**
 * Starts the apps under the project's pm2 and reports whether they run: each has sent `ready`, is
 * still the first process that pm2 started for it, and accepts connections.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import deadlines from './deadlines.cjs';
import exitCodes from './exit-codes.cjs';
import { call, canConnect, openPm2 } from './own-pm2.mjs';
import { waitForReady } from './readiness.mjs';

/** pm2 itself needs a moment beside the apps. */
const START_MS = deadlines.readyMs + 5000;
/** The exit code by which shells report SIGINT. */
const INTERRUPTED = 130;

/**
 * @typedef {{ readonly kind: 'failed', readonly text: string, readonly exitCode: number }} Failure
 * @typedef {{ readonly name: string, readonly pid: number, readonly log: string }} RunningApp
 * @typedef {{ readonly kind: 'up', readonly running: readonly RunningApp[] }} Up
 */

/**
 * @param {{ readonly apps: import('./apps.cjs').Apps,
 *   readonly places: import('./places.cjs').Places,
 *   readonly toCheck: import('./addresses.mjs').Addresses['toCheck'],
 *   readonly interrupted: Promise<{ readonly kind: 'interrupted' }> }} what
 * @returns {Promise<Failure | Up>}
 */
export async function bringUp({ apps, places, toCheck, interrupted }) {
  const absent = apps.map(({ cwd, script }) => join(cwd, script)).find((file) => !existsSync(file));
  if (absent) return fail(`${absent} is missing: run npm run build`, exitCodes.badConfiguration);
  mkdirSync(places.logs, { recursive: true });
  const pm2 = await openPm2(places);
  writeFileSync(places.homeNote, `${places.pm2Home}\n`);
  const bus = await call('listening to pm2', START_MS, (done) => pm2.launchBus(done));
  const names = apps.map((app) => app.name);
  const readiness = waitForReady(bus, names, START_MS);
  // The events say more than this answer, which also comes when an app died or was late.
  const started = call('starting the apps', START_MS, (done) =>
    pm2.start(/** @type {any} */ ({ apps: apps.map((app) => noted(app, places)) }), done),
  );
  const outcome = await Promise.race([readiness, started.then(() => readiness), interrupted]);
  if (outcome.kind === 'interrupted') return fail('it was interrupted', INTERRUPTED);
  if (outcome.kind === 'late') return fail(`${outcome.missing.join(', ')} did not get ready`, 1);
  if (outcome.kind === 'died') return failureOfDeath(outcome.death);
  return (await firstUnreachable(toCheck)) ?? upOrNot(await listApps(pm2), apps);
}

/**
 * pm2 puts a number before the ending.
 *
 * @param {import('./apps.cjs').Apps[number]} app
 * @param {import('./places.cjs').Places} places
 */
function noted(app, { pids }) {
  return { ...app, pid_file: `${pids}${app.name}.pid` };
}

/**
 * @param {import('./own-pm2.mjs').Pm2} pm2
 * @returns {Promise<readonly import('pm2').ProcessDescription[]>}
 */
function listApps(pm2) {
  return call('asking pm2 for its apps', START_MS, (done) => pm2.list(done));
}

/**
 * @param {readonly import('pm2').ProcessDescription[]} found
 * @param {import('./apps.cjs').Apps} apps
 * @returns {Failure | Up}
 */
function upOrNot(found, apps) {
  const running = [];
  for (const { name, out_file: log } of apps) {
    const app = found.find((each) => each.name === name);
    const { status, restart_time: restarts } = app?.pm2_env ?? {};
    if (status !== 'online' || restarts !== 0 || !app?.pid) {
      return fail(`${name} was ready, and is now ${status ?? 'gone'}`, 1);
    }
    running.push({ name, pid: app.pid, log });
  }
  return { kind: 'up', running };
}

/**
 * @param {import('./addresses.mjs').Addresses['toCheck']} toCheck
 * @returns {Promise<Failure | undefined>}
 */
async function firstUnreachable(toCheck) {
  for (const { name, host, port } of toCheck) {
    if (!(await canConnect({ host, port }))) {
      return fail(`${name} said that it is ready, but ${host}:${port} takes no connection`, 1);
    }
  }
  return undefined;
}

/** @param {import('./readiness.mjs').Death} death */
function failureOfDeath({ name, exitCode }) {
  return exitCode === exitCodes.badConfiguration
    ? fail(`${name} refused its configuration (exit code ${exitCode})`, exitCodes.badConfiguration)
    : fail(`${name} ended before it was ready (exit code ${exitCode ?? 'unknown'})`, 1);
}

/**
 * @param {string} text
 * @param {number} exitCode
 * @returns {Failure}
 */
function fail(text, exitCode) {
  return { kind: 'failed', text, exitCode };
}
