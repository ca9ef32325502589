/**
 * The main bench: commands a second and their latency at 1, 64 and 256 in flight, beside the floor,
 * which is the same node calls and nothing else. What it measures and what not stands in
 * `commands/report.ts`, its options in `commands/options.ts`.
 *
 * Exits with 0 when every run went through, whatever the figures; with 1 when one failed: a command
 * that was not committed, nodes that differ, a process lost; with 2 when it was asked wrongly.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Cluster } from './commands/cluster.ts';
import { type Contender, startFloor, startLockstep } from './commands/contenders.ts';
import { isInMemory } from './commands/disk.ts';
import { judge, reasonNotToJudge } from './commands/goals.ts';
import { machine } from './commands/machine.ts';
import { type Options, readOptions, USAGE } from './commands/options.ts';
import { goalsOf, summaryOf, tableOf, threadsOf, WHAT_IT_MEASURES } from './commands/report.ts';
import { type Measurement, runRounds } from './commands/rounds.ts';

const EX_USAGE = 2;

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
const options = optionsOrExit();
mkdirSync(options.dir, { recursive: true });
const dir = mkdtempSync(join(resolve(options.dir), 'commands-'));
process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
try {
  console.log(WHAT_IT_MEASURES);
  tell(await measure());
} catch (error) {
  console.error(`the bench failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

function optionsOrExit(): Options {
  try {
    const read = readOptions(process.argv.slice(2));
    if (read !== 'help') return read;
    process.stdout.write(USAGE);
    return process.exit(0);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
    return process.exit(EX_USAGE);
  }
}

async function measure(): Promise<Measurement> {
  const { profile } = options;
  const execArgv =
    profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(profile)}`];
  const cluster = await Cluster.start();
  const { nodes } = cluster;
  const contenders: Contender[] = [await startFloor(nodes, execArgv)];
  for (const [name, checkout] of options.daemons) {
    const place = { name, checkout: resolve(checkout), dataDir: join(dir, name), nodes, execArgv };
    contenders.push(await startLockstep(place));
  }
  const measurement = await runRounds({ ...options, dir }, cluster, contenders);
  for (const one of contenders) await one.end();
  await cluster.end();
  return measurement;
}

function tell(measurement: Measurement): void {
  const { daemons, levels, json } = options;
  const reason = reasonNotToJudge(measurement, isInMemory(dir));
  const judged = daemons.flatMap(([name]) => judge(measurement, name, reason !== undefined));
  console.log(`${summaryOf(machine(), measurement)}\n\n${tableOf(measurement)}\n`);
  for (const name of ['floor', ...daemons.map(([each]) => each)]) {
    for (const level of levels) console.log(threadsOf(measurement, level, name));
  }
  console.log(`\n${goalsOf(judged, reason)}`);
  const at = new Date().toISOString();
  const result = { at, machine: machine(), options, notJudged: reason, judged, ...measurement };
  mkdirSync(dirname(json), { recursive: true });
  writeFileSync(json, `${JSON.stringify(result, undefined, 2)}\n`);
  console.log(`\nall figures: ${json}`);
}
