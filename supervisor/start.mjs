/**
 * `npm start`: starts the daemon and the simulated cluster under the project's own pm2, and returns
 * when both are ready. Running apps are stopped first and start again with the environment of this
 * call, without any of the former one.
 *
 * Exit codes: 0 both are ready, 78 an app refused its configuration, 130 interrupted, 1 anything
 * else. After any code except 0 nothing runs.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { addressesOf } from './addresses.mjs';
import appDefinitions from './apps.cjs';
import { bringUp } from './bring-up.mjs';
import exitCodes from './exit-codes.cjs';
import { newLogs, sizesOf } from './log-tail.mjs';
import { folderTrouble, placesOf } from './places.cjs';
import { printSummary } from './summary.mjs';
import { takeDown } from './take-down.mjs';
import { sentenceOf } from './trouble.mjs';

// Logs and data hold ids and keys: they are for this user alone, pm2's files too.
process.umask(0o077);
const logs = newLogsLater();
const outcome = await start().catch(failureOf);
if (outcome.kind !== 'up') {
  for (const line of logs.read()) console.error(line);
  console.error(`lockstep did not start: ${outcome.text}`);
}
process.exit(outcome.kind === 'up' ? 0 : outcome.exitCode);

async function start() {
  const before = placesOf(process.env);
  const missing = requirePackages(before.root) ?? requireDataFolder(before.data);
  if (missing !== undefined) return missing;
  const apps = appDefinitions.wantedApps(process.env);
  const addresses = addressesOf(process.env, before.root);
  logs.begin(apps.map((app) => app.out_file));
  if (await takeDown(before)) console.log('lockstep was running: it restarts.');
  const places = placesOf(process.env);
  const interrupted = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM']) {
      process.once(signal, () => resolve({ kind: 'interrupted' }));
    }
  });
  const toCheck = addresses.toCheck.filter(({ name }) => apps.some((app) => app.name === name));
  const outcome = await bringUp({ apps, places, toCheck, interrupted }).catch(failureOf);
  if (outcome.kind === 'up') printSummary({ running: outcome.running, places, addresses });
  else await takeDown(places);
  return outcome;
}

/**
 * @param {string} root
 * @returns {import('./bring-up.mjs').Failure | undefined}
 */
function requirePackages(root) {
  if (existsSync(join(root, 'node_modules', 'pm2'))) return undefined;
  const text = `the packages are missing in ${root}: run npm ci there`;
  return { kind: 'failed', text, exitCode: exitCodes.badConfiguration };
}

/**
 * @param {string} data
 * @returns {import('./bring-up.mjs').Failure | undefined}
 */
function requireDataFolder(data) {
  const trouble = folderTrouble(data);
  if (trouble === undefined) return undefined;
  const text = `LOCKSTEP_DATA_DIR: ${data} cannot be made: ${trouble}`;
  return { kind: 'failed', text, exitCode: exitCodes.badConfiguration };
}

/** The lines that follow after `begin`. */
function newLogsLater() {
  /** @type {ReturnType<typeof sizesOf> | undefined} */
  let sizes;
  return {
    /** @param {readonly string[]} files */
    begin: (files) => {
      sizes = sizesOf(files);
    },
    read: () => (sizes === undefined ? [] : newLogs(sizes)),
  };
}

/**
 * @param {unknown} error
 * @returns {import('./bring-up.mjs').Failure}
 */
function failureOf(error) {
  return { kind: 'failed', text: sentenceOf(error), exitCode: 1 };
}
