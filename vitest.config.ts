/**
 * How the tests run: projects told apart by folder, so that no test file is left out.
 *
 * Every pool is `forks`: a test thread that ended with an open ZeroMQ socket would abort the run.
 * End-to-end files run after all others: each brings up whole processes. Most of their time is
 * waiting, so those that measure none run two at a time; those that do run alone, last, as their
 * waits would measure the load of their neighbours.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Folders whose tests cross one real boundary: a file, a socket, a child process. */
const INTEGRATION = [
  'cli',
  'client',
  'bench',
  'channel',
  'chaos',
  'clock',
  'coordinator',
  'executor',
  'journal',
  'lifecycle',
  'node-apis',
  'nodesim',
]
  .concat(['integration', 'observe', 'ops', 'siege', 'tooling'])
  .map((folder) => `test/${folder}/**/*.test.ts`);
const END_TO_END = ['test/{e2e,hostile,page}/**/*.test.ts'];
/** End-to-end files that judge what happens, and not how soon. */
const SIDE_BY_SIDE = [
  'accepting',
  'audit',
  'backup-restore',
  'both-dialects',
  'chaos',
  'client-package',
  'clock',
  'command-log',
  'cron-ping',
  'doors-page',
  'durable-commits',
  'examples',
  'failures/cron',
  'foreign-cluster',
  'lost-route',
  'make-keys',
  'open-files',
  'operators-pages',
  'ops',
  'order',
  'outcomes',
  'own-dialect',
  'parked',
  'protocol',
  'python',
  'secrets',
  'socket-files',
  'start-stop-demo',
  'starters',
  'stats',
  'statsd',
  'supervision',
  'surroundings',
].map((name) => `test/e2e/${name}.test.ts`);

// Tests choose their settings themselves; those of the shell must not reach the programs they start.
for (const name of Object.keys(process.env)) {
  if (/^(LOCKSTEP_|NODESIM_|RANDOM_BEHAVIOR$)/.test(name)) delete process.env[name];
}

// Hundreds of processes start from the same sources: each then takes half the processor time (0.5 s
// down to 0.27, November 2026).
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/compile');

export default defineConfig({
  test: {
    pool: 'forks',
    // Vitest leaves one core free; but much of the time of a test is waiting.
    maxWorkers: Math.max(2, availableParallelism()),
    allowOnly: false,
    reporters: ['default', './test/support/closing-line-reporter.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...INTEGRATION, ...END_TO_END],
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: INTEGRATION,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e-side-by-side',
          include: SIDE_BY_SIDE,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: END_TO_END,
          exclude: SIDE_BY_SIDE,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
