import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { checkDescriptors } from '../../src/cli/doctor/descriptors.ts';
import { loadSettings } from '../../src/config/load.ts';
import { descriptorLimit, fitDescriptors } from '../../src/config/machine/descriptors.ts';

const NODES = ['a', 'b', 'c'].map((name) => ({ name, url: `http://127.0.0.1:7401/${name}` }));
const GIVEN = { executors: 4, nodes: NODES, connectionsPerNode: 32 };
/** Besides connections to nodes. */
const FIXED = 64 + 4 * 8 + 16 + 64;
/** Executors times nodes. */
const ROADS = 12;

describe('file descriptors', () => {
  test.each([
    ['all connections', FIXED + ROADS * 34, { kind: 'enough' }],
    ['one less', FIXED + ROADS * 34 - 1, { kind: 'fewer', connectionsPerNode: 31 }],
    ['one connection to each node', FIXED + ROADS * 3, { kind: 'fewer', connectionsPerNode: 1 }],
    ['not even that', FIXED + ROADS * 3 - 1, { kind: 'too few', least: FIXED + ROADS * 3 }],
  ])('P9: enough for %s: %i', (_, limit, fit) => {
    expect(fitDescriptors(GIVEN, limit)).toMatchObject(fit);
  });

  test('the defaults need less than 1024, which most systems allow', () => {
    expect(fitDescriptors(GIVEN, 1024)).toEqual({ kind: 'enough', needed: 584 });
  });

  test('the limit is that of the process', () => {
    const module = new URL('../../src/config/machine/descriptors.ts', import.meta.url).href;
    const script = `import('${module}').then((all) => console.log(all.descriptorLimit()))`;
    const detail = execFileSync('sh', [
      '-c',
      'ulimit -n 333 && exec "$0" -e "$1"',
      process.execPath,
      script,
    ]);
    expect(String(detail).trim()).toBe('333');
    expect(descriptorLimit()).toBeGreaterThan(0);
  });

  test('doctor tells the limit, what is needed, and what to do', () => {
    const loaded = loadSettings({ argv: ['--executors', '4'], env: {}, cwd: '/' });
    if (!loaded.ok) throw new Error('the defaults are wrong');
    const { settings } = loaded;
    const levels = [1024, 400, 100].map((limit) => checkDescriptors(settings, limit)[0]);
    expect(levels).toMatchObject([
      { level: 'ok', message: 'the limit is 1024, the daemon needs at most 584' },
      { level: 'warn', message: expect.stringContaining('opens 16 connections to a node') },
      { level: 'fail', hint: expect.stringContaining('ulimit -n') },
    ]);
  });
});
