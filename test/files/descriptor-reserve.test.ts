import { readdirSync, readlinkSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { DescriptorReserve } from '../../src/files/descriptor-reserve.ts';

const SHORT = Object.assign(new Error('connect EMFILE'), { code: 'EMFILE' });

afterEach(() => {
  vi.useRealTimers();
});

test('P9: a reserve of descriptors is open from the start, and gone with its owner', () => {
  const before = open();
  const reserve = new DescriptorReserve(12);
  expect(open() - before).toBe(12);
  reserve[Symbol.dispose]();
  expect(open()).toBe(before);
});

test('P9: while descriptors are short, a few are free for the socket that is opened next, and only then', async () => {
  const before = open();
  using reserve = new DescriptorReserve(12);
  const held = () => open() - before;
  // Nothing was short so far: a connection costs nothing more.
  reserve.lend();
  expect(held()).toBe(12);

  reserve.noteFailure(SHORT);
  reserve.lend();
  expect(held()).toBe(8);
  // Another connection in the same turn needs one more.
  reserve.lend();
  expect(held()).toBe(7);
  await settled();
  expect(held()).toBe(12);
  for (let socket = 0; socket < 20; socket++) reserve.lend();
  expect(held()).toBe(0);
  await settled();
  expect(held()).toBe(12);
});

test('P9: descriptors that were lost come back, and are no longer lent when none was short for ten seconds', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] });
  using reserve = new DescriptorReserve(6);
  reserve.noteFailure(SHORT);
  vi.advanceTimersByTime(10_000);
  reserve.lend();
  expect(reserve.held).toBe(6);
  reserve.noteFailure(SHORT);
  vi.advanceTimersByTime(9_980);
  reserve.lend();
  expect(reserve.held).toBe(2);
  vi.advanceTimersByTime(10);
  expect(reserve.held).toBe(6);
  await settled();
});

function open(): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === '/dev/null';
    } catch {
      // The one that listed them.
      return false;
    }
  }).length;
}

/** Resolves behind the microtasks of this turn. */
function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
