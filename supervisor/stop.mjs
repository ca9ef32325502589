/**
 * `npm stop`: stops the daemon, the simulated cluster and the project's own pm2; and those of `npm
 * run demo`, which have a data folder of their own.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import placesModule from './places.cjs';
import { takeDown } from './take-down.mjs';
import { sentenceOf } from './trouble.mjs';

const places = placesModule.placesOf(process.env);
/** src/cli/demo/services.ts knows it too. */
const demo = join(places.root, 'data', 'demo');

try {
  const wasRunning = await takeDown(places);
  if (places.data === demo) {
    if (wasRunning) console.log('The demo is stopped.');
    process.exit(0);
  }
  console.log(wasRunning ? 'lockstep is stopped.' : 'lockstep was not running.');
  process.exit(existsSync(demo) ? stopDemo() : 0);
} catch (error) {
  console.error(`lockstep did not stop: ${sentenceOf(error)}`);
  process.exit(1);
}

/** In a process of its own: once imported, pm2 can be reached in one home only. */
function stopDemo() {
  const env = { ...process.env, LOCKSTEP_DATA_DIR: demo };
  const { status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url)], {
    env,
    stdio: 'inherit',
  });
  return status ?? 1;
}
