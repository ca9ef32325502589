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
  'e2e/accepting',
  'e2e/audit',
  'e2e/audit-by-itself',
  'e2e/audit-records',
  'e2e/backup-restore',
  'e2e/both-dialects',
  'e2e/chaos',
  'e2e/client-package',
  'e2e/clock',
  'e2e/command-log',
  'e2e/cron-ping',
  'e2e/doors-page',
  'e2e/drained',
  'e2e/dry-run',
  'e2e/durable-commits',
  'e2e/examples',
  'e2e/failures/cron',
  'e2e/failures/page',
  'e2e/failures/surroundings',
  'e2e/foreign-cluster',
  'e2e/forward-only',
  'e2e/guarded-deletes',
  'e2e/how-a-life-ended',
  'e2e/http-page',
  'e2e/http-wrong',
  'e2e/logs',
  'e2e/lost-list',
  'e2e/lost-route',
  'e2e/make-keys',
  'e2e/open-files',
  'e2e/openapi',
  'e2e/operators-pages',
  'e2e/ops',
  'e2e/ops-gate',
  'e2e/ops-tls',
  'e2e/order',
  'e2e/outcomes',
  'e2e/own-dialect',
  'e2e/parked',
  'e2e/protocol',
  'e2e/python',
  'e2e/records',
  'e2e/secrets',
  'e2e/socket-files',
  'e2e/start-stop-demo',
  'e2e/starters',
  'e2e/stats',
  'e2e/statsd',
  'e2e/supervision',
  'e2e/surroundings',
  'page/audit-run',
  'page/operator',
  'page/roles',
  'page/session',
].map((name) => `test/${name}.test.ts`);

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
