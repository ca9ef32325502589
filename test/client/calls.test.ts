/** The calls of a client that wait for their place among those in flight. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { Calls, type Wanted } from '../../src/client/calls.ts';
import type { Outgoing } from '../../src/client/connection.ts';

const WAITING = 200_000;

/** A connection on which each call is answered by the test, by its correlation. */
function openCalls(inFlightMax: number) {
  const written: string[] = [];
  const write = ({ frames }: Outgoing): void => void written.push(frames()?.[0] ?? '');
  let left = 0;
  const leave = (): void => void left++;
  const calls = new Calls({ write, forget: () => {}, leave }, { inFlightMax });
  return { calls, written, left: () => left };
}

function wanted(ended: string[], name: string): Wanted {
  return {
    body: () => name,
    timeoutMs: 60_000,
    answer: () => void ended.push(`${name} answered`),
    expire: () => void ended.push(`${name} expired`),
    fail: ({ message }) => void ended.push(`${name} failed: ${message}`),
  };
}

test('P9: a call that waits gets its place at the same cost, however many wait behind it', () => {
  const { calls, written } = openCalls(1);
  const ended: string[] = [];
  for (let count = 0; count < WAITING; count++) calls.add(wanted(ended, String(count)));
  expect(calls.waiting).toBe(WAITING - 1);
  const begun = performance.now();
  for (let count = 0; count < WAITING; count++) calls.answer(written[count] ?? '', {});
  expect(performance.now() - begun).toBeLessThan(3000);
  expect(ended).toHaveLength(WAITING);
  expect(ended[WAITING - 1]).toBe(`${WAITING - 1} answered`);
});

test('calls in flight and calls that wait fail together, each once, when the client is closed', () => {
  const { calls, written } = openCalls(2);
  const ended: string[] = [];
  for (const name of ['a', 'b', 'c', 'd']) calls.add(wanted(ended, name));
  calls.failAll(new Error('closed'));
  expect(ended).toEqual(['a', 'b', 'c', 'd'].map((name) => `${name} failed: closed`));
  expect(written).toHaveLength(2);
  expect(calls.waiting).toBe(0);
});

test('a daemon that has given no reply for ten seconds is left for another address', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { calls, left } = openCalls(1);
  calls.add(wanted([], 'slow'));
  vi.advanceTimersByTime(9999);
  expect(left()).toBe(0);
  vi.advanceTimersByTime(1);
  expect(left()).toBe(1);
});

test('a daemon that answers other calls meanwhile is not left', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { calls, written, left } = openCalls(2);
  calls.add(wanted([], 'slow'));
  calls.add(wanted([], 'quick'));
  vi.advanceTimersByTime(5000);
  calls.answer(written[1] ?? '', {});
  vi.advanceTimersByTime(5000);
  expect(left()).toBe(0);
  vi.advanceTimersByTime(10_000);
  expect(left()).toBe(1);
});
