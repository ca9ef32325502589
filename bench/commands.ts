/**
 * The main bench: commands a second and their latency at 1, 64 and 256 in flight, beside the floor,
 * which is the same node calls and nothing else (see WHAT_IT_MEASURES in commands/report.ts).
 *
 *   node bench/commands.ts [--rounds 3] [--seconds 3] [--warm-up 0.5] [--in-flight 1,64,256]
 *     [--dir DIR] [--json FILE] [--against CHECKOUT]
 *
 * `--dir` is where the journal lies, `data/bench` by default; `--against` measures the daemon of
 * another checkout in the same run. Exits with 0 when every run went through, whatever the figures,
 * and with 1 when one failed: a command that was not committed, nodes that differ, a process lost.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Cluster } from './commands/cluster.ts';
import { type Contender, startFloor, startLockstep } from './commands/contenders.ts';
import { isInMemory } from './commands/disk.ts';
import { judge, reasonNotToJudge } from './commands/goals.ts';
import { machine } from './commands/machine.ts';
import { goalsOf, summaryOf, tableOf, threadsOf, WHAT_IT_MEASURES } from './commands/report.ts';
import { type Plan, runRounds } from './commands/rounds.ts';

const PROJECT = join(import.meta.dirname, '..');
const { values: given } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '3' },
    'warm-up': { type: 'string', default: '0.5' },
    'in-flight': { type: 'string', default: '1,64,256' },
    dir: { type: 'string', default: join(PROJECT, 'data/bench') },
    json: { type: 'string', default: join(PROJECT, 'data/bench/commands.json') },
    against: { type: 'string' },
  },
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

mkdirSync(given.dir, { recursive: true });
const dir = mkdtempSync(join(given.dir, 'commands-'));
process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
const plan: Plan = {
  rounds: number(given.rounds, 'rounds'),
  levels: given['in-flight'].split(',').map((text) => number(text, 'in-flight')),
  warmUpMs: number(given['warm-up'], 'warm-up') * 1000,
  measureMs: number(given.seconds, 'seconds') * 1000,
  dir,
};

try {
  await main();
} catch (error) {
  console.error(`the bench failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

async function main(): Promise<void> {
  console.log(WHAT_IT_MEASURES);
  const cluster = await Cluster.start();
  const contenders: Contender[] = [await startFloor(cluster.nodes)];
  const checkouts: [string, string][] = [['lockstep', PROJECT]];
  if (given.against !== undefined) checkouts.push(['against', resolve(given.against)]);
  for (const [name, checkout] of checkouts) {
    const dataDir = join(dir, name);
    contenders.push(await startLockstep({ name, checkout, dataDir, nodes: cluster.nodes }));
  }
  const record = await runRounds(plan, cluster, contenders);
  for (const one of contenders) await one.end();
  await cluster.end();

  const reason = reasonNotToJudge(record, isInMemory(dir));
  const judged = checkouts.flatMap(([name]) => judge(record, name, reason !== undefined));
  console.log(`${summaryOf(machine(), record)}\n\n${tableOf(record)}\n`);
  for (const [name] of checkouts) {
    for (const level of plan.levels) console.log(threadsOf(record, level, name));
  }
  console.log(`\n${goalsOf(judged, reason)}`);
  mkdirSync(dirname(given.json), { recursive: true });
  const result = { at: new Date().toISOString(), machine: machine(), plan, ...record, judged };
  writeFileSync(given.json, `${JSON.stringify({ ...result, notJudged: reason }, undefined, 2)}\n`);
  console.log(`\nall figures: ${given.json}`);
}

function number(text: string, option: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  console.error(`--${option} must be a number above 0, not '${text}'`);
  process.exit(2);
}
