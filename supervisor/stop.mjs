/** `npm stop`: takes the daemon, the simulated cluster and the project's own pm2 down. */
import places from './places.cjs';
import { takeDown } from './take-down.mjs';
import { sentenceOf } from './trouble.mjs';

try {
  const wasRunning = await takeDown(places.placesOf(process.env));
  console.log(wasRunning ? 'lockstep is stopped.' : 'lockstep was not running.');
  process.exit(0);
} catch (error) {
  console.error(`lockstep did not stop: ${sentenceOf(error)}`);
  process.exit(1);
}
