/**
 * All goals: runs every bench with a goal, one after another, and prints their table.
 *
 * Exit code 0: every goal that could be judged is met. 1: a goal is missed, or a bench failed.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Result } from './rig/bench.ts';
import { GOALS, type GoalName, type Judged } from './rig/goals.ts';
import { rowsOf } from './rig/table.ts';

/** The goals of each bench; the longest comes last. */
const BENCHES: readonly (readonly [bench: string, goals: readonly GoalName[]])[] = [
  ['commands', ['speed64', 'speed256', 'alone', 'tail', 'coordinator']],
  ['http', ['http']],
  ['doors', ['doors']],
  ['executors', ['executors']],
  ['postgres', ['postgres', 'databaseCpu']],
  ['history', ['history']],
  ['backlog', ['backlog']],
  ['lanes', ['lanes']],
  ['pages', ['pages']],
  ['open-commands', ['memory', 'start']],
  ['idle', ['idle']],
  ['slow-node', ['slowNode', 'slowAsk']],
  ['node-count', ['nodes']],
  ['growth', ['growth']],
];
const USAGE = `\
npm run bench [-- options]

Runs every bench that a goal belongs to, and prints the table of goals: about 12 minutes, and then 24
for the growth of memory.

  --without NAME,…  benches to leave out; their goals are not judged
  --small           tiny sizes, only to see that all run; nothing is judged
  --dir DIR         where journals lie for the time of the bench (data/bench)
  --json FILE       where the table goes (data/bench/table.json)
`;
const EX_USAGE = 2;

const { small, without, dir, json } = optionsOrExit();
const folder = mkdtempSync(join(tmpdir(), 'lockstep-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const classified = new Map<GoalName, Judged>();
let failed = false;
for (const [bench, goals] of BENCHES) {
  const reason = without.has(bench) ? 'left out' : await resultOf(bench);
  for (const goal of goals) {
    if (reason !== undefined) {
      classified.set(goal, { goal, reached: undefined, verdict: 'not judged', reason });
    }
  }
}
const goals = Object.keys(GOALS) as GoalName[];
const rows = goals.flatMap((goal) => classified.get(goal) ?? []);
console.log(`\n${rowsOf(rows)}`);
mkdirSync(dirname(json), { recursive: true });
writeFileSync(json, `${JSON.stringify({ at: new Date().toISOString(), rows }, undefined, 2)}\n`);
console.log(`\nall figures: ${json}`);
process.exitCode = failed || rows.some(({ verdict }) => verdict === 'missed') ? 1 : 0;

/**
 * Runs a bench and reads its verdicts.
 * @returns the reason why there are none, if so
 */
async function resultOf(bench: string): Promise<string | undefined> {
  console.log(`\n== ${bench}\n`);
  const file = join(folder, `${bench}.json`);
  const args = ['--json', file, ...(small ? ['--small'] : []), ...(dir ? ['--dir', dir] : [])];
  const code = await run(join(import.meta.dirname, `${bench}.ts`), args);
  try {
    const result = JSON.parse(readFileSync(file, 'utf8')) as Result;
    for (const one of result.judged) classified.set(one.goal, one);
    return undefined;
  } catch {
    // The bench itself has printed the reason.
    failed = true;
    return `the bench ended with ${code}`;
  }
}

function run(entry: string, args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [entry, ...args], { stdio: 'inherit' });
  const stop = (signal: NodeJS.Signals) => {
    child.kill(signal);
    process.exit(1);
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  return new Promise((resolve) => {
    child.once('exit', (code) => {
      process.off('SIGINT', stop).off('SIGTERM', stop);
      resolve(code ?? 1);
    });
  });
}

function optionsOrExit() {
  const home = join(import.meta.dirname, '../data/bench');
  try {
    const { values } = parseArgs({
      options: {
        small: { type: 'boolean', default: false },
        without: { type: 'string', default: '' },
        dir: { type: 'string' },
        json: { type: 'string', default: join(home, 'table.json') },
        help: { type: 'boolean', default: false },
      },
    });
    if (!values.help) return { ...values, without: new Set(values.without.split(',')) };
    process.stdout.write(USAGE);
    return process.exit(0);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
    return process.exit(EX_USAGE);
  }
}
