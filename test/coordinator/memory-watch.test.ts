import { expect, test } from 'vitest';
import { type Memory, MemoryWatch } from '../../src/coordinator/sockets/memory-watch.ts';

const MIB = 1024 * 1024;
const LIMIT = 1024;

/** A watch whose memory, in MiB, and time are set by the test. */
function openWatch({ executors = 1 } = {}) {
  let memory: Memory | undefined = { residentBytes: 150 * MIB, ownBytes: 50 * MIB };
  let now = 0;
  const seen: number[] = [];
  const watch = new MemoryWatch({
    limitBytes: LIMIT * MIB,
    executors,
    now: () => now,
    read: () => memory,
    onUnexplained: ({ residentBytes }) => seen.push(residentBytes / MIB),
  });
  watch.look();
  return {
    seen,
    look: (resident: number, own: number, afterMs = 250) => {
      now += afterMs;
      memory = { residentBytes: resident * MIB, ownBytes: own * MIB };
      watch.look();
    },
    blind: () => {
      memory = undefined;
      watch.look();
    },
  };
}

test('P9: memory that the books explain closes nothing, however much', () => {
  const { look, seen } = openWatch();
  look(900, 800);
  look(1000, 650);
  expect(seen).toEqual([]);
});

test('P9: many executors may grow by more: their heaps are not in the books', () => {
  const { look, seen } = openWatch({ executors: 12 });
  look(900, 50);
  expect(seen).toEqual([]);
  look(930, 50);
  expect(seen).toEqual([930]);
});

test('P9: memory below half the limit closes nothing, whose ever it is', () => {
  const { look, seen } = openWatch();
  look(511, 50);
  expect(seen).toEqual([]);
});

test('P9: honest load closes nothing: 100,000 commands in flight took 641 MiB, 161 of them in the books', () => {
  const { look, seen } = openWatch();
  look(641, 161);
  look(662, 50);
  expect(seen).toEqual([]);
});

test('P9: growth of half the limit that the books do not explain closes the sockets, once', () => {
  const { look, seen } = openWatch();
  look(663, 50);
  look(700, 50);
  expect(seen).toEqual([663]);
});

test('P9: memory that the allocator keeps does not close them again; another 16th of the limit does', () => {
  const { look, seen } = openWatch();
  look(700, 50);
  look(690, 50, 500);
  look(740, 50);
  expect(seen).toEqual([700]);
  look(760, 50);
  expect(seen).toEqual([700, 760]);
});

test('memory that cannot be read closes nothing', () => {
  const { blind, seen } = openWatch();
  blind();
  expect(seen).toEqual([]);
});
