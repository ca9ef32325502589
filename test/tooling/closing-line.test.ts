/** The last line of a test run, as scripts read it, and the skips before it. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run, tempProject, write } from './temp-project.ts';

const CONFIGURATION = `
import { defineConfig } from 'vitest/config';
export default defineConfig({
  test: { reporters: ['default', './test/support/closing-line-reporter.ts'] },
});
`;
const HEAD = "import { describe, expect, it } from 'vitest';\n";

function runTests(body: string, ...args: readonly string[]) {
  const root = tempProject(['package.json', 'test/support/closing-line-reporter.ts']);
  write(root, 'vitest.config.ts', CONFIGURATION);
  write(root, 'a.test.ts', HEAD + body);
  // A run inside a run must not take itself for a worker of the outer one.
  const env = { VITEST: undefined, VITEST_MODE: undefined, VITEST_POOL_ID: undefined };
  const vitest = join(root, 'node_modules/.bin/vitest');
  const { code, stdout } = run([vitest, 'run', ...args], { cwd: root, env });
  return { code, lines: stdout.trimEnd().split('\n') };
}

describe('the closing line', () => {
  it('counts what passed', () => {
    const { code, lines } = runTests("it('a', () => {}); it('b', () => {});");
    expect(lines.at(-1)).toBe('2 passed, 0 failed, 0 skipped');
    expect(code).toBe(0);
  });

  it('counts what failed', () => {
    const { code, lines } = runTests("it('a', () => {}); it('b', () => expect(1).toBe(2));");
    expect(lines.at(-1)).toBe('1 passed, 1 failed, 0 skipped');
    expect(code).toBe(1);
  });

  it('counts a skip and says why', () => {
    const { code, lines } = runTests("it('a', (ctx) => ctx.skip('no python3-zmq here'));");
    expect(lines.slice(-2)).toEqual([
      'skipped: a.test.ts > a: no python3-zmq here',
      '0 passed, 0 failed, 1 skipped',
    ]);
    expect(code).toBe(0);
  });

  it.each([
    ['skip()', "it('b', (ctx) => ctx.skip());"],
    ['it.skip', "it.skip('b', () => {});"],
    ['it.todo', "it.todo('b');"],
    ['describe.skip', "describe.skip('of', () => { it('b', () => {}); });"],
  ])('counts a %s without a reason as failed', (_, body) => {
    const { code, lines } = runTests(`it('a', () => {});${body}`);
    expect(lines.at(-2)).toMatch(/^skipped without a reason, so failed: a\.test\.ts > (of > )?b$/);
    expect(lines.at(-1)).toBe('1 passed, 1 failed, 0 skipped');
    expect(code).toBe(1);
  });

  it.each([
    ['a file that does not load', "it('a', () => {}); throw new Error('while loading');", 0],
    ['an unhandled rejection', "it('a', () => { void Promise.reject(new Error('x')); });", 1],
  ])('counts %s as failed', (_, body, passed) => {
    const { code, lines } = runTests(body);
    expect(lines.at(-1)).toBe(`${passed} passed, 1 failed, 0 skipped`);
    expect(code).toBe(1);
  });

  it('asks no reason of tests that were not asked for by name', () => {
    const { code, lines } = runTests("it('a', () => {}); it('b', () => {});", '-t', 'a');
    expect(lines.at(-1)).toBe('1 passed, 0 failed, 1 skipped');
    expect(code).toBe(0);
  });

  it('says failed when there was nothing to run', () => {
    const { code, lines } = runTests('', 'no-such-file');
    expect(lines.at(-1)).toBe('0 passed, 1 failed, 0 skipped');
    expect(code).toBe(1);
  });
});
