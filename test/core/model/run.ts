/**
 * Runs many histories: `node test/core/model/run.ts [histories] [first seed]`. Prints the seed of
 * the first that breaks a promise, with its course, and exits 1.
 */
import { runHistory } from './history.ts';

const histories = Number(process.argv[2] ?? 100_000);
const first = Number(process.argv[3] ?? Date.now() % 1_000_000_000);

const counts = new Map<string, number>();
let crashes = 0;
let steps = 0;
const startedAt = performance.now();

for (let seed = first; seed < first + histories; seed++) {
  const verdict = runHistory(seed);
  crashes += verdict.crashes;
  steps += verdict.steps;
  for (const state of verdict.states) counts.set(state, (counts.get(state) ?? 0) + 1);
  if (verdict.violation === undefined) continue;
  const trace: string[] = [];
  runHistory(seed, { trace });
  console.log(JSON.stringify(verdict.setting, undefined, 1));
  console.log(trace.join('\n'));
  console.log(`SEED ${seed}, after ${seed - first + 1} histories: ${verdict.violation.message}`);
  console.log(verdict.violation.cause ?? '');
  process.exitCode = 1;
  break;
}

const seconds = (performance.now() - startedAt) / 1000;
console.log(
  `${histories} histories from ${first}: ${Math.round(histories / seconds)}/s, ${crashes} crashes, ` +
    `${steps} steps, ${[...counts].map(([state, count]) => `${count} ${state}`).join(', ')}`,
);
