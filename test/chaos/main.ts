/**
 * `npm run chaos -- --minutes M [--seed S] [--keep] [--json] [--quiesce-ms N]`: the real processes
 * under every fault, then the checker. Exit codes: 0 no promise was broken, 1 one was, 2 bad usage.
 *
 * The seed decides the requests, and the faults with their order; their moments differ a little in
 * each run. `--quiesce-ms` gives the daemon a wrong value: the checker must find a value that is
 * too short.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { reportText } from './report.ts';
import { runChaos } from './run.ts';
import { QUIESCE_MS } from './times.ts';

const SEEDS = 2 ** 32;
const USAGE =
  'npm run chaos -- --minutes M [--seed 0…4294967295] [--keep] [--json] [--quiesce-ms N]';

const options = readOptions();
const report = await runChaos(options);
console.log(options.json ? JSON.stringify(report) : reportText(report));
process.exit(report.verdict === 'sound' ? 0 : 1);

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        minutes: { type: 'string' },
        seed: { type: 'string', default: String(randomInt(SEEDS)) },
        keep: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        'quiesce-ms': { type: 'string', default: String(QUIESCE_MS) },
      },
    });
    const { keep, json } = values;
    const minutes = Number(values.minutes ?? Number.NaN);
    const seed = Number(values.seed);
    if (!(minutes > 0)) throw new TypeError('--minutes must be above 0');
    if (!Number.isInteger(seed) || seed < 0 || seed >= SEEDS) {
      throw new TypeError(`--seed must be a whole number below ${SEEDS}`);
    }
    return { minutes, seed, keep, json, quiesceMs: Number(values['quiesce-ms']) };
  } catch (error) {
    console.error(`${String(error)}\n${USAGE}`);
    return process.exit(2);
  }
}
