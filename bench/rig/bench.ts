/**
 * The frame of a bench: its options, a folder on a disk, its verdicts, its JSON, its exit code. The
 * measurement is the bench's own.
 *
 * Exit code 0: every goal that could be judged is met. 1: a goal is missed or a run failed (a
 * command that was not committed, a process lost). 2: wrong arguments.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isInMemory } from './disk.ts';
import { type Circumstances, type GoalName, type Judged, judge } from './goals.ts';
import { describeMachine, freeCores, machine } from './machine.ts';
import { type Choices, type Options, readOptions, usageOf } from './options.ts';
import { rowsOf } from './table.ts';

const EX_USAGE = 2;

/** The means of a bench. */
export interface Rig {
  /** An empty folder on a disk, removed afterwards. */
  readonly dir: string;
  readonly given: Options['given'];
  /** Counts the free cores: once in each round, while the bench itself is idle. */
  readonly look: () => Promise<void>;
}

export interface Outcome {
  /** One value for each round; none if the system does not show it. */
  readonly values: Partial<Record<GoalName, readonly number[]>>;
  /** For people, before the verdicts. */
  readonly text: string;
  /** For the JSON. */
  readonly figures: unknown;
  /** See `Circumstances.unsteady`. */
  readonly unsteady?: string | undefined;
}

export interface Bench<Size extends Readonly<Record<string, number>>> extends Choices<Size> {
  /** The measured quantities, and those that are not measured. */
  readonly about: string;
  readonly run: (size: Size, rig: Rig) => Promise<Outcome>;
}

/** Runs a bench as the main program. */
export async function runBench<Size extends Readonly<Record<string, number>>>(
  bench: Bench<Size>,
): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
  const options = optionsOrExit(bench);
  mkdirSync(options.dir, { recursive: true });
  const dir = mkdtempSync(join(resolve(options.dir), `${bench.name}-`));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  const looks: number[] = [];
  const look = async (): Promise<void> => {
    looks.push(await freeCores());
  };
  try {
    console.log(`${bench.about.trim()}\n`);
    const outcome = await bench.run(options.size, { dir, given: options.given, look });
    const reason = smallness(bench, options.size) ?? diskReason(dir);
    tell(options, outcome, { freeCores: looks, reason, unsteady: outcome.unsteady });
  } catch (error) {
    console.error(`the bench failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}

function optionsOrExit<Size extends Readonly<Record<string, number>>>(bench: Bench<Size>) {
  try {
    const options = readOptions(bench, process.argv.slice(2));
    if (options !== 'help') return options;
    process.stdout.write(usageOf(bench));
    return process.exit(0);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usageOf(bench)}`);
    return process.exit(EX_USAGE);
  }
}

function smallness<Size extends Readonly<Record<string, number>>>(
  { full }: Bench<Size>,
  size: Size,
): string | undefined {
  const less = Object.keys(full).find((key) => (size[key] ?? 0) < (full[key] ?? 0));
  return less === undefined ? undefined : `--${less} is ${size[less]}, not ${full[less]}`;
}

function diskReason(dir: string): string | undefined {
  return isInMemory(dir) ? 'the journal lies in memory, not on a disk (see --dir)' : undefined;
}

function tell(options: Options, outcome: Outcome, circumstances: Circumstances): void {
  const { values, text, figures } = outcome;
  const classified = Object.entries(values).map(([goal, one]) =>
    judge(goal as GoalName, one, circumstances),
  );
  console.log(`${describeMachine(machine(), circumstances.freeCores)}\n\n${text}\n`);
  console.log(rowsOf(classified));
  const result: Result = {
    at: new Date().toISOString(),
    machine: machine(),
    size: options.size,
    freeCores: circumstances.freeCores,
    judged: classified,
    figures,
  };
  mkdirSync(dirname(options.json), { recursive: true });
  writeFileSync(options.json, `${JSON.stringify(result, undefined, 2)}\n`);
  console.log(`\nall figures: ${options.json}`);
  process.exitCode = classified.some(({ verdict }) => verdict === 'missed') ? 1 : 0;
}

/** The JSON. */
export interface Result {
  readonly at: string;
  readonly machine: object;
  readonly size: object;
  readonly freeCores: readonly number[];
  readonly judged: readonly Judged[];
  readonly figures: unknown;
}
