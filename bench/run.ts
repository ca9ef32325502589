/**
 * Runs a bench: `npm run bench` the main one, `npm run bench -- NAME [options]` another,
 * `npm run bench -- --list` names them. Each is a program of its own beside this file; its options
 * are passed on, its exit code too.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const BENCHES: Readonly<Record<string, string>> = {
  commands: 'commands a second and their latency, beside node calls alone (the default)',
  journal: 'what the journal costs: durable batches of accepts and settlements, by history',
  nodesim: 'how fast the simulated nodes are alone',
};
const DEFAULT = 'commands';
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
    .map(([name, what]) => `${name.padEnd(10)} ${what}\n`)
    .join('');
}

function run(name: string, options: readonly string[]): void {
  const child = spawn(process.execPath, [join(import.meta.dirname, `${name}.ts`), ...options], {
    stdio: 'inherit',
  });
  child.once('exit', (code) => {
    process.exitCode = code ?? 1;
  });
  // The terminal signals the child too, which ends in order; it alone decides when this ends.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
}
