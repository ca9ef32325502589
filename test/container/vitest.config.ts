/**
 * The tests of the image, apart from `npm test`: they need a container engine, which `run.ts`
 * finds or starts. One file after the other, as they share the machine's engine.
 */
import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest takes its configuration so
export default defineConfig({
  test: {
    pool: 'forks',
    allowOnly: false,
    fileParallelism: false,
    include: ['test/container/*.spec.ts'],
    reporters: ['default', './test/support/closing-line-reporter.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
