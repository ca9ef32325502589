import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { checkDescriptors } from '../../src/cli/doctor/descriptors.ts';
import { loadSettings } from '../../src/config/load.ts';
import {
  callsMax,
  descriptorLimit,
  descriptorsForPeers,
  fitDescriptors,
} from '../../src/config/machine/descriptors.ts';

const nodesWith = (...limits: readonly number[]) =>
  limits.map((connectionsPerNode) => ({ limits: { connectionsPerNode } }));
const JOURNAL = { kind: 'sqlite' } as const;
const GIVEN = { journal: JOURNAL, executors: 4, nodes: nodesWith(32, 32, 32) };
/**
 * Besides the nodes' connections: two of each executor to each node are for lists and urgent calls, and each keeps one
 * for each node and 8 more.
 */
const FIXED = 64 + 4 * 8 + 16 + 64 + 4 * (2 * 3 + 3 + 8);

describe('file descriptors', () => {
  test.each([
    ['all connections', FIXED + 3 * 32, { kind: 'enough' }],
    ['one less', FIXED + 3 * 32 - 1, { kind: 'fewer', connectionsPerNode: 31 }],
    ['one of each executor', FIXED + 3 * 4, { kind: 'fewer', connectionsPerNode: 4 }],
    ['not even that', FIXED + 3 * 4 - 1, { kind: 'too few', least: FIXED + 3 * 4 }],
  ])('P9: enough for %s: %i', (_, limit, fit) => {
    expect(fitDescriptors(GIVEN, limit)).toMatchObject(fit);
  });

  test('P9: nodes that have few connections of their own keep them', () => {
    const mixed = { journal: JOURNAL, executors: 4, nodes: nodesWith(4, 32, 100) };
    expect(fitDescriptors(mixed, FIXED + 136)).toEqual({ kind: 'enough', needed: FIXED + 136 });
    expect(fitDescriptors(mixed, FIXED + 135)).toMatchObject({ connectionsPerNode: 99 });
    expect(fitDescriptors(mixed, FIXED + 24)).toMatchObject({ connectionsPerNode: 10 });
  });

  test('the defaults need less than 1024, which most systems allow', () => {
    expect(fitDescriptors(GIVEN, 1024)).toEqual({ kind: 'enough', needed: 340 });
  });

  test('P8: eight more are kept for the connections to a database', () => {
    const onDatabase = { ...GIVEN, journal: { kind: 'postgres' } } as const;
    expect(fitDescriptors(onDatabase, 1024)).toEqual({ kind: 'enough', needed: 348 });
  });

  test('P9: clients are let in while enough are left for the daemon itself, and 64 of them always', () => {
    const own = FIXED + 3 * 32 - 128;
    expect(descriptorsForPeers(GIVEN, 10_000)).toBe(10_000 - own - 1500);
    expect(descriptorsForPeers(GIVEN, FIXED + 3 * 32 + 10)).toBe(FIXED + 3 * 32);
    expect(descriptorsForPeers(GIVEN, FIXED + 3 * 4)).toBe(FIXED + 3 * 4);
    expect(descriptorsForPeers(GIVEN, 10)).toBe(10);
  });

  test('P9: requests over HTTP get an eighth of what is left, a few always, a thousand at most', () => {
    expect(callsMax(GIVEN, 1024)).toBe(85);
    expect(callsMax(GIVEN, 10_000)).toBe(1000);
    expect(callsMax(GIVEN, 1_000_000)).toBe(1000);
    expect(callsMax(GIVEN, 10)).toBe(8);
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

  test('doctor reports the limit, what is needed, and what to do', () => {
    const loaded = loadSettings({ argv: ['--executors', '4'], env: {}, cwd: '/' });
    if (!loaded.ok) throw new Error('the defaults are wrong');
    const { settings } = loaded;
    const levels = [1024, 284, 100].map((limit) => checkDescriptors(settings, limit)[0]);
    expect(levels).toMatchObject([
      { level: 'ok', message: 'the limit is 1024, the daemon needs at most 340' },
      { level: 'warn', message: expect.stringContaining('at most 13 calls with a node') },
      { level: 'fail', hint: expect.stringContaining('ulimit -n') },
    ]);
  });
});
