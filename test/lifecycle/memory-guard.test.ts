import { expect, test } from 'vitest';
import { MemoryGuard } from '../../src/lifecycle/guards/memory.ts';
import { notedLog } from '../observe/support/noted-log.ts';

function guard(limitBytes: number, resident?: () => number) {
  const { log, lines } = notedLog();
  const memory = new MemoryGuard({ limitBytes, log, ...(resident && { resident }) });
  return { memory, lines };
}

test('above nine tenths of the limit it warns, below eight tenths it is well again, once each', () => {
  let resident = 0;
  const { memory, lines } = guard(1000, () => resident);
  for (resident of [500, 899, 901, 950, 850, 901, 799, 850]) memory.look();
  expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
    'warn memory use is near its limit',
    'info memory use is below its limit again',
  ]);
});

test('it reads the memory of the process', () => {
  const { memory, lines } = guard(1);
  memory.look();
  expect(lines).toHaveLength(1);
  expect(lines[0]?.fields['residentBytes']).toBeGreaterThan(10 * 1024 * 1024);
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
  expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
    'warn memory use cannot be read; trying again',
    'warn memory use is near its limit',
    'warn memory use cannot be read; trying again',
  ]);
});
