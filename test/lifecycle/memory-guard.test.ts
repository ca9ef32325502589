import { expect, test } from 'vitest';
import { MemoryGuard } from '../../src/lifecycle/guards/memory.ts';
import type { Fields, Log } from '../../src/observe/log/log-port.ts';

function guard(limitBytes: number, resident?: () => number) {
  const lines: string[] = [];
  const seen: Fields[] = [];
  const say =
    (level: string) =>
    (message: string, fields: Fields = {}) => {
      lines.push(`${level} ${message}`);
      seen.push(fields);
    };
  const [error, warn, info, debug] = ['error', 'warn', 'info', 'debug'].map(say) as [
    Log['error'],
    Log['warn'],
    Log['info'],
    Log['debug'],
  ];
  const log: Log = { error, warn, info, debug, wants: () => true, setLevel: () => {} };
  const memory = new MemoryGuard({ limitBytes, log, ...(resident && { resident }) });
  return { memory, lines, seen };
}

test('above nine tenths of the limit it warns, below eight tenths it is well again, once each', () => {
  let resident = 0;
  const { memory, lines } = guard(1000, () => resident);
  for (resident of [500, 899, 901, 950, 850, 901, 799, 850]) memory.look();
  expect(lines).toEqual([
    'warn memory use is near its limit',
    'info memory use is below its limit again',
  ]);
});

test('it reads the memory of the process', () => {
  const { memory, lines, seen } = guard(1);
  memory.look();
  expect(lines).toHaveLength(1);
  expect(seen[0]?.['residentBytes']).toBeGreaterThan(10 * 1024 * 1024);
});

test('P10: when it cannot be read, that is reported once until it can, and nothing ends', () => {
  let fails = true;
  const { memory, lines } = guard(1000, () => {
    if (fails) throw Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
    return 950;
  });
  for (const now of [true, true, false, true]) {
    fails = now;
    memory.look();
  }
  expect(lines).toEqual([
    'warn memory use cannot be read; trying again',
    'warn memory use is near its limit',
    'warn memory use cannot be read; trying again',
  ]);
});
