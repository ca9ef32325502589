/**
 * How the tests run: three projects, told apart by folder alone, so that no test file is left out.
 *
 * Every pool is `forks`: a test thread that ended with an open ZeroMQ socket would abort the run.
 * End-to-end files run one at a time, after all others: each brings up whole processes, and their
 * waits would measure the load of their neighbours.
 */
import { defineConfig } from 'vitest/config';

/** Folders whose tests cross one real boundary: a file, a socket, a child process. */
const INTEGRATION = [
  'cli',
  'client',
  'bench',
  'chaos',
  'coordinator',
  'executor',
  'journal',
  'lifecycle',
  'nodesim',
]
  .concat(['integration', 'observe', 'ops', 'tooling'])
  .map((folder) => `test/${folder}/**/*.test.ts`);
const END_TO_END = ['test/e2e/**/*.test.ts'];

// Tests choose their settings themselves; those of the shell must not reach the programs they start.
for (const name of Object.keys(process.env)) {
  if (/^(LOCKSTEP_|NODESIM_|RANDOM_BEHAVIOR$)/.test(name)) delete process.env[name];
}

export default defineConfig({
  test: {
    pool: 'forks',
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
          name: 'e2e',
          include: END_TO_END,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
