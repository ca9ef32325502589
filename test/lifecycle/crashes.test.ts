/** The count of lives that ended by a lost thread. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Crashes } from '../../src/lifecycle/crashes.ts';

const MINUTE_MS = 60_000;
const CRASH = {
  kind: 'crashed',
  thread: 'executor-1',
  error: new Error('out of the blue'),
} as const;
const HANG = {
  kind: 'hung',
  thread: 'coordinator',
  forMs: 10_000,
  activity: 'working',
  utilization: 1,
} as const;
const FAILURE = { kind: 'failed', thread: 'coordinator', failure: { message: 'no room' } } as const;

/** Descriptors that were written to the disk. */
const synced: number[] = [];
vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>();
  return { ...fs, fsyncSync: (descriptor: number) => void synced.push(descriptor) };
});

let dir: string;
let troubles: unknown[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lockstep-crashes-'));
  troubles = [];
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  rmSync(dir, { recursive: true });
});

/** A life of the daemon: what it finds, and what it writes. */
function life(): Crashes {
  return new Crashes(join(dir, 'crashes.json'), (error) => troubles.push(error));
}

test('P8: a thread that crashed or hung is counted; what failed outside, and a kill, are not', () => {
  expect(life().counts).toEqual({ inARow: 0, all: 0 });
  life().count(CRASH);
  life().count(HANG);
  life().count(FAILURE);
  expect(life().counts).toEqual({ inARow: 2, all: 2 });
  expect(troubles).toEqual([]);
});

test('P9: main does not wait for a disk that may hang', () => {
  life().count(CRASH);
  const proven = life();
  proven.takenUp();
  vi.advanceTimersByTime(MINUTE_MS);
  expect(life().counts).toEqual({ inARow: 0, all: 1 });
  expect(synced).toEqual([]);
});

test('a life that outlives what was left by a minute ends the row; a crash after it begins none', () => {
  life().count(CRASH);
  const proven = life();
  proven.takenUp();
  vi.advanceTimersByTime(MINUTE_MS - 1);
  expect(life().counts).toEqual({ inARow: 1, all: 1 });
  vi.advanceTimersByTime(1);
  expect(life().counts).toEqual({ inARow: 0, all: 1 });
  proven.count(CRASH);
  expect(life().counts).toEqual({ inARow: 0, all: 2 });
});

test('P10: a file that holds no counts, or cannot be written, is reported and counts from nothing', () => {
  writeFileSync(join(dir, 'crashes.json'), '{"inARow":-1}');
  expect(life().counts).toEqual({ inARow: 0, all: 0 });
  expect(troubles).toHaveLength(1);
  new Crashes(join(dir, 'none/crashes.json'), (error) => troubles.push(error)).count(CRASH);
  expect(troubles).toHaveLength(2);
  expect(readFileSync(join(dir, 'crashes.json'), 'utf8')).toBe('{"inARow":-1}');
});
