import { expect, test } from 'vitest';
import { BreakerReporter } from '../../src/coordinator/breakers/breaker-news.ts';
import type { RaisedNotice } from '../../src/observe/notify/notice-kinds.ts';
import type { BreakerEvent } from '../../src/protocol/answer.ts';
import { notedLog } from '../observe/support/noted-log.ts';

function setUp() {
  const { log, lines } = notedLog();
  const sent: RaisedNotice[] = [];
  const clock = { now: 0 };
  const teller = new BreakerReporter({
    log,
    now: () => clock.now,
    notify: (notice) => sent.push(notice),
  });
  const take = (from: BreakerEvent['from'], state: BreakerEvent['state'], forced?: true) =>
    teller.take({
      node: 'node02',
      from,
      state,
      isOpen: state === 'open',
      since: '2026-11-23T05:00:00.000Z',
      openings: 1,
      ...(forced ? { forced } : { cause: '10 failures in a row' }),
    });
  return { take, clock, told: sent, levels: () => lines.map(({ level }) => level), lines };
}

test('an opening is an error, a closing an information; people hear of both', () => {
  const { take, told: sent, levels, lines } = setUp();
  take('closed', 'open');
  take('open', 'half_open');
  take('half_open', 'closed');
  expect(levels()).toEqual(['error', 'info', 'info']);
  expect(lines[0]?.fields).toMatchObject({ node: 'node02', cause: '10 failures in a row' });
  expect(sent).toEqual([
    { kind: 'breaker_open', node: 'node02', cause: '10 failures in a row' },
    { kind: 'breaker_closed', node: 'node02' },
  ]);
});

test('an outage that lasts is an error again once a minute, and people hear of it once', () => {
  const { take, clock, told: sent, levels } = setUp();
  take('closed', 'open');
  for (clock.now = 5000; clock.now <= 125_000; clock.now += 5000) take('half_open', 'open');
  expect(levels().filter((level) => level === 'error')).toHaveLength(3);
  expect(levels()).toHaveLength(26);
  expect(sent).toHaveLength(1);
});

test('the next outage is an error again, however soon', () => {
  const { take, levels } = setUp();
  take('closed', 'open');
  take('half_open', 'closed');
  take('closed', 'open');
  expect(levels()).toEqual(['error', 'info', 'error']);
});

test('a breaker that an operator opened is no error, but is reported', () => {
  const { take, levels, told: sent } = setUp();
  take('closed', 'open', true);
  expect(levels()).toEqual(['warn']);
  expect(sent).toHaveLength(1);
});
