/**
 * Runs a bench: `npm run bench` all goals, `npm run bench -- NAME [options]` one bench, `npm run
 * bench -- --list` names them. Each is a program beside this file; options are passed to it, and
 * its exit code is returned.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const BENCHES: Readonly<Record<string, string>> = {
  table: 'all goals: every bench that has one, and their table (the default)',
  commands: 'commands a second, latency, processor time, beside node calls alone',
  http: 'commands over HTTP beside commands over ZeroMQ',
  doors: 'both doors full at once beside each alone',
  executors: 'two executors beside one',
  postgres: 'a journal in PostgreSQL beside one in a file',
  history: 'a journal with a long history beside an empty one',
  backlog: 'a long queue beside a short one',
  lanes: 'interactive commands beside a flood of bulk ones',
  'open-commands': 'memory of open commands, and a start with them',
  growth: 'memory over 20 minutes of load',
  idle: 'processor time of a daemon without work',
  pages: 'processor time of open live pages',
  'slow-node': 'one of three nodes takes a second',
  connections: 'fixed and adaptive numbers of calls at once, simulated',
  'node-count': 'processor time per node call with many nodes',
  journal: 'cost of the journal alone, by length of history',
  memory: 'memory of the built programs, as pm2 and a container count it',
  nodesim: 'speed of the simulated nodes alone',
};
const DEFAULT = 'table';
const EX_USAGE = 2;

const [first, ...rest] = process.argv.slice(2);
if (first === '--list') {
  process.stdout.write(listing());
} else if (first === undefined || first.startsWith('-')) {
  run(DEFAULT, process.argv.slice(2));
} else if (Object.hasOwn(BENCHES, first)) {
  run(first, rest);
} else {
  process.stderr.write(`no bench is called '${first}':\n${listing()}`);
  process.exitCode = EX_USAGE;
}

function listing(): string {
  return Object.entries(BENCHES)
    .map(([name, what]) => `${name.padEnd(14)} ${what}\n`)
    .join('');
}

function run(name: string, options: readonly string[]): void {
  const child = spawn(process.execPath, [join(import.meta.dirname, `${name}.ts`), ...options], {
    stdio: 'inherit',
  });
  child.once('exit', (code) => {
    process.exitCode = code ?? 1;
  });
  // A signal of the terminal reaches the child too, which ends in order; this process waits for it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
}
