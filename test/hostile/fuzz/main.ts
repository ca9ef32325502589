/**
 * `npm run fuzz -- [--frames N] [--seed S]`: a million fuzzed frames to a real daemon, each answer compared with the
 * oracle. Exit codes: 0 no difference, 1 one, 2 bad usage.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { startDaemon } from '../../support/daemon.ts';
import { startNodesim } from '../../support/nodesim.ts';
import { fuzz } from './fuzz.ts';

const SEEDS = 2 ** 32;
const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(randomInt(SEEDS)) },
  },
});
const [frames, seed] = [Number(values.frames), Number(values.seed)];
if (!Number.isInteger(frames) || frames < 1 || !Number.isInteger(seed)) {
  console.error('npm run fuzz -- [--frames N] [--seed 0…4294967295]');
  process.exit(2);
}

console.error(`seed ${seed}`);
await using sim = await startNodesim({ seed: 1 });
await using daemon = await startDaemon({ nodes: sim.nodes, env: { LOCKSTEP_LOG_LEVEL: 'warn' } });
const { pid } = daemon;
const begun = performance.now();
const { faults, ...report } = await fuzz({ endpoint: daemon.endpoint, seed, frames });
const isUp = daemon.alive && daemon.pid === pid;
console.log(JSON.stringify(report, null, 2));
for (const fault of faults) console.log(`DIFFERENCE ${fault}`);
if (!isUp) console.log(`THE DAEMON ENDED\n${daemon.output.slice(-3000)}`);
const seconds = Math.round((performance.now() - begun) / 1000);
console.log(
  `${report.answered} of ${report.sent} answered in ${seconds} s, ${faults.length} differences, seed ${seed}`,
);
process.exitCode = isUp && faults.length === 0 ? 0 : 1;
