/** The arguments of the siege. The program itself is run by hand (docs/testing.md). */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const MAIN = join(import.meta.dirname, 'main.ts');

test.each([
  ['of no length', ['--minutes', '0'], '--minutes must be above 0'],
  ['with a seed that is none', ['--seed', '4294967296'], '--seed must be'],
  ['with what it does not know', ['--hours', '1'], "Unknown option '--hours'"],
])('a siege %s does not begin (exit 2)', (_title, args, text) => {
  const { status, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
  expect(status).toBe(2);
  expect(stderr).toContain(text);
  expect(stderr).toContain('npm run siege -- [--minutes M]');
});
