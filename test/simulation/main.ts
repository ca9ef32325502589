/**
 * `npm run simulate`: histories from seeds.
 *
 *   --seeds N     how many (1000)
 *   --from S      the first (random, and printed); `sources`: made from the sources, the same for the same ones
 *   --seed S      this one alone, with its course
 *   --reduce      and, if it fails, the smallest part of it that still does
 *
 * The first history that breaks a promise ends the run: its seed is said at once, then its reduced course;
 * exit code 1.
 */
import { parseArgs } from 'node:util';
import { hash } from './chance.ts';
import { runHistory, type Verdict } from './history.ts';
import { REDUCING_MS_MAX, REDUCING_RUNS_MAX, reduce, traceOf } from './reduce.ts';
import { seedOfSources } from './source-seed.ts';
import { Tally } from './tally.ts';

const SEEDS = 2 ** 32;
const PROGRESS_MS = 10_000;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string' },
    seed: { type: 'string' },
    reduce: { type: 'boolean', default: false },
  },
});

if (values.seed === undefined) await runMany(numberOf('seeds', values.seeds));
else await runOne(numberOf('seed', values.seed));

async function runOne(seed: number): Promise<void> {
  const verdict = await runHistory(seed);
  const { broken } = verdict;
  if (broken !== undefined && values.reduce) return report(verdict);
  const lines = await traceOf(seed);
  for (const line of lines) console.log(line);
  console.log(`fingerprint ${lines.reduce((value, line) => hash(line, value), seed)}`);
  console.log(judgement(verdict));
  if (broken !== undefined) process.exitCode = 1;
}

async function runMany(count: number): Promise<void> {
  const from = firstSeed(values.from);
  console.log(`${count} seeds from ${from}`);
  const tally = new Tally();
  let saidAt = performance.now();
  for (let index = 0; index < count; index++) {
    const seed = (from + index) % SEEDS;
    const verdict = await runHistory(seed);
    if (verdict.broken !== undefined) return report(verdict);
    tally.add(verdict);
    if (performance.now() - saidAt < PROGRESS_MS) continue;
    saidAt = performance.now();
    console.log(tally.rate);
  }
  console.log(`${tally.text}\n${tally.rate}\nno violation`);
}

function firstSeed(from: string | undefined): number {
  if (from === 'sources') return seedOfSources();
  return from === undefined ? Math.floor(Math.random() * SEEDS) : numberOf('from', from);
}

async function report(whole: Verdict): Promise<void> {
  const { seed } = whole;
  console.log(judgement(whole));
  console.log(`reducing it, for at most ${REDUCING_MS_MAX / 1000} s and ${REDUCING_RUNS_MAX} runs`);
  const { verdict, without, runs, isDone } = await reduce(seed, { say: console.log });
  const lines = await traceOf(seed, without);
  for (const line of lines) console.log(line);
  const how = isDone ? '' : ', not to the end: there was no time for more';
  console.log(`reduced in ${runs} runs${how}, to: ${verdict.struck.join('; ')}`);
  console.log(judgement(verdict));
  console.log(`again: npm run simulate -- --seed ${seed}`);
  process.exitCode = 1;
}

function judgement({ seed, broken }: Verdict): string {
  const what = broken === undefined ? 'no violation' : `${broken.promise}: ${broken.message}`;
  return `seed ${seed}: ${what}`;
}

function numberOf(option: string, text: string): number {
  const value = Number(text);
  const isSeed = Number.isInteger(value) && value >= 0 && value < SEEDS && text.trim() !== '';
  if (isSeed) return value;
  console.error(`--${option} must be a whole number from 0 to ${SEEDS - 1}, not "${text}"`);
  process.exit(78);
}
