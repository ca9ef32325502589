/**
 * Ends everything that was started here: the apps, the project's pm2, and apps that a dead pm2 left
 * behind. A process that does not end in its time is killed.
 */
import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import deadlines from './deadlines.cjs';
import { call, isRunning, openPm2 } from './own-pm2.mjs';
import { isForeign, pidFiles } from './places.cjs';
import { endProcess, findProcess, signal, waitUntilGone } from './processes.mjs';

/** pm2 stops the apps at the same time, and needs a moment itself. */
const PM2_STOP_MS = deadlines.killMs + 10_000;
const PM2_EXIT_MS = 5000;

/**
 * @param {import('./places.cjs').Places} places
 * @returns {Promise<boolean>} true if anything was running
 */
export async function takeDown(places) {
  const isUp = await isRunning(places);
  // A pm2 that answers is the one of the file; otherwise its command line must prove that.
  const god = findProcess(join(places.pm2Home, 'pm2.pid'), isUp ? '' : places.pm2Home);
  if (isUp) {
    const pm2 = await openPm2(places);
    await call('stopping pm2', PM2_STOP_MS, (done) => pm2.killDaemon(done)).catch(report);
    pm2.disconnect();
  }
  if (god !== undefined && !(await waitUntilGone(god, PM2_EXIT_MS))) signal(god, 'SIGKILL');
  const all = [places.pids, places.otherPids].flatMap(pidFiles);
  const files = all.filter((file) => !isForeign(file));
  const orphans = files
    .map((file) => findProcess(file, join(places.root, 'dist')))
    .filter((pid) => pid !== undefined);
  await Promise.all(orphans.map((pid) => endProcess(pid, deadlines.killMs)));
  removeHome(places, files);
  return isUp || god !== undefined || orphans.length > 0;
}

/**
 * Whatever pm2 has left of itself; the folder around the homes goes with the last of them.
 *
 * @param {import('./places.cjs').Places} places
 * @param {readonly string[]} pidFiles
 */
function removeHome({ pm2Home, homeNote }, pidFiles) {
  for (const file of [...pidFiles, homeNote]) rmSync(file, { force: true });
  if (!existsSync(pm2Home)) return;
  rmSync(pm2Home, { recursive: true });
  const around = dirname(pm2Home);
  if (/^\.?lockstep$/.test(basename(around)) && readdirSync(around).length === 0) rmdirSync(around);
}

/** @param {unknown} error */
function report(error) {
  console.error(error instanceof Error ? error.message : String(error));
}
