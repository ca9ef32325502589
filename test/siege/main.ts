/**
 * `npm run siege -- [--minutes M] [--seed S] [--slower-max N] [--only ATTACK] [--json]`: all attacks at once on the real
 * daemon, honest clients beside them; their p99 may be N times (5) that of the same load without attack. Exit codes: 0 every bound held, 1 one was broken, 2 bad usage.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { reportText } from './report.ts';
import { runSiege } from './run.ts';

const SEEDS = 2 ** 32;
const USAGE =
  'npm run siege -- [--minutes M] [--seed 0…4294967295] [--slower-max N] [--only ATTACK] [--json]';

const { json, ...options } = readOptions();
console.error(`seed ${options.seed}`);
const report = await runSiege(options);
const { output, ...shown } = report;
console.log(json ? JSON.stringify(shown) : reportText(report));
if (report.broken.length > 0)
  console.error(`the last lines of the daemon:\n${output.slice(-4000)}`);
process.exit(report.broken.length === 0 ? 0 : 1);

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        minutes: { type: 'string', default: '10' },
        seed: { type: 'string', default: String(randomInt(SEEDS)) },
        'slower-max': { type: 'string', default: '5' },
        only: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
    if (!(minutes > 0)) throw new TypeError('--minutes must be above 0');
    if (!Number.isInteger(seed) || seed < 0 || seed >= SEEDS) {
      throw new TypeError(`--seed must be a whole number below ${SEEDS}`);
    }
    const slowerMax = Number(values['slower-max']);
    if (!(slowerMax > 0)) throw new TypeError('--slower-max must be above 0');
    return { minutes, seed, slowerMax, only: values.only, json: values.json };
  } catch (error) {
    console.error(`${String(error)}\n${USAGE}`);
    return process.exit(2);
  }
}
