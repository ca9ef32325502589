/** The calls of a client that wait for their place among those in flight. */
import { expect, test } from 'vitest';
import { Calls, type Wanted } from '../../src/client/calls.ts';
import type { Outgoing } from '../../src/client/connection.ts';

const WAITING = 200_000;

/** A connection on which each call is answered by the test, by its correlation. */
function openCalls(inFlightMax: number) {
  const written: string[] = [];
  const write = ({ frames }: Outgoing): void => void written.push(frames()?.[0] ?? '');
  const calls = new Calls({ write, forget: () => {} }, { inFlightMax });
  return { calls, written };
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
