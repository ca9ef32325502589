/**
 * Whether new commands are accepted: the same in answers to commands, `ping`, `status` and events.
 */
import { describe, expect, test } from 'vitest';
import type { Accepting } from '../../src/protocol/accepting.ts';
import type { PingAnswer, SummaryAnswer } from '../../src/protocol/answer.ts';
import { type Harness, openHarness } from './support/harness.ts';
import { answerTrial, opened } from './support/outage.ts';
import { settled } from './support/reports.ts';

const YES: Accepting = { accepting: true };

/** By `ping`, which must say what `status` says. */
async function acceptingOf(harness: Harness): Promise<Accepting> {
  const ping = harness.ask({ op: 'ping' });
  const status = harness.ask({ op: 'status' });
  await harness.rest();
  for (const { ticket } of harness.ordersOf('report')) {
    harness.report({ kind: 'answered', ticket, value: { of: 'report', nodes: {} } });
  }
  await harness.rest();
  const {
    pid: _pid,
    version: _version,
    journalId: _journal,
    ...accepting
  } = ping.answer as PingAnswer;
  expect(status.answer as SummaryAnswer).toMatchObject(accepting);
  expect('refusal' in status.answer).toBe('refusal' in accepting);
  return accepting;
}

async function create(harness: Harness, id: string) {
  const asked = harness.ask({ op: 'create', id, groupId: id, wait: 'accepted' });
  await harness.rest();
  return asked.answer;
}

const eventsOf = (harness: Harness) =>
  harness.events.filter(([topic]) => topic === 'daemon.accepting').map(([, payload]) => payload);

describe('the flag agrees with the answer to the next command', () => {
  test('while it accepts commands it reports only that', async () => {
    const harness = await openHarness();
    expect(await acceptingOf(harness)).toEqual(YES);
    expect(await create(harness, 'a')).toMatchObject({ state: 'applying' });
    await harness.advance(1000);
    expect(eventsOf(harness)).toEqual([]);
  });

  test('a breaker that is open: whose, and when to come again', async () => {
    const harness = await openHarness();
    await opened(harness);
    expect(await acceptingOf(harness)).toEqual({
      accepting: false,
      refusal: {
        reason: 'breaker',
        nodes: ['node02'],
        message: 'the breaker of node02 is open: 10 failures in a row',
        retryAfterMs: 750,
      },
    });
    expect(await create(harness, 'a')).toMatchObject({ error: { code: 'unavailable' } });
  });

  test('a breaker that tries its node: until so many commands are in as it takes meanwhile', async () => {
    const harness = await openHarness();
    await opened(harness);
    await harness.advance(1000);
    await answerTrial(harness, 'good');
    for (const id of ['a', 'b', 'c', 'd']) {
      expect(await acceptingOf(harness)).toEqual(YES);
      expect(await create(harness, id)).toMatchObject({ state: 'accepted' });
    }
    expect(await acceptingOf(harness)).toMatchObject({
      refusal: { reason: 'breaker', nodes: ['node02'], retryAfterMs: 250 },
    });
    expect(await create(harness, 'e')).toMatchObject({ error: { code: 'unavailable' } });
  });

  test('a breaker that an operator opened: no time to come again, but what closes it', async () => {
    const harness = await openHarness();
    harness.ask({ op: 'breaker', node: 'node03', act: 'open' });
    await harness.rest();
    const { refusal } = await acceptingOf(harness);
    expect(refusal).toMatchObject({ reason: 'breaker', nodes: ['node03'] });
    expect(refusal?.hint).toContain('`lockstep breaker close node03`');
    expect(refusal?.retryAfterMs).toBeUndefined();
  });

  test('a full daemon', async () => {
    const harness = await openHarness({ openMax: 1 });
    await create(harness, 'a');
    expect(await acceptingOf(harness)).toEqual({
      accepting: false,
      refusal: { reason: 'full', message: '1 commands are open', retryAfterMs: 1000 },
    });
    expect(await create(harness, 'b')).toMatchObject({ id: 'b', error: { code: 'busy' } });
    harness.report(settled(harness, 'a'));
    await harness.rest();
    expect(await acceptingOf(harness)).toEqual(YES);
  });

  test('a full disk; P7: the outcome of a settled command is still answered', async () => {
    const harness = await openHarness();
    const first = harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    harness.report(settled(harness, 'a'));
    await harness.rest();
    harness.coordinator.intake.setFullDisk({ message: 'no room', retryAfterMs: 5000 });
    expect(await acceptingOf(harness)).toMatchObject({ refusal: { reason: 'disk' } });
    expect(await create(harness, 'b')).toMatchObject({ id: 'b', error: { code: 'unavailable' } });
    const again = harness.ask({ op: 'create', id: 'a', groupId: '5' });
    await harness.rest();
    expect(again.answer).toEqual(first.answer);
    harness.coordinator.intake.setFullDisk(undefined);
    expect(await acceptingOf(harness)).toEqual(YES);
  });
});

describe('P10: the event daemon.accepting', () => {
  test('comes when the flag or its reason changes, a quarter of a second later at most', async () => {
    const harness = await openHarness();
    const { intake } = harness.coordinator;
    await opened(harness);
    await harness.advance(250);
    intake.setFullDisk({ message: 'no room' });
    await harness.advance(250);
    intake.setFullDisk({ message: 'still no room' });
    await harness.advance(250);
    intake.setFullDisk(undefined);
    harness.ask({ op: 'breaker', node: 'node02', act: 'close' });
    await harness.advance(250);
    expect(eventsOf(harness)).toMatchObject([
      { accepting: false, refusal: { reason: 'breaker', nodes: ['node02'] } },
      { accepting: false, refusal: { reason: 'disk', message: 'no room' } },
      YES,
    ]);
  });

  test('comes at once when the daemon begins to stop, though another reason was there before', async () => {
    const harness = await openHarness();
    await opened(harness);
    await harness.advance(250);
    harness.coordinator.drain();
    expect(eventsOf(harness)).toMatchObject([
      { refusal: { reason: 'breaker' } },
      { refusal: { reason: 'draining', message: 'the daemon is stopping' } },
    ]);
    expect(await acceptingOf(harness)).toMatchObject({ refusal: { reason: 'draining' } });
    harness.coordinator.interrupt();
    expect(eventsOf(harness)).toHaveLength(2);
  });

  test('P9: a daemon that is full and has room by turns publishes four a second at most', async () => {
    const harness = await openHarness({ openMax: 1 });
    for (let round = 0; round < 50; round++) {
      await create(harness, `k${round}`);
      harness.report(settled(harness, `k${round}`));
      await harness.advance(20);
    }
    expect(eventsOf(harness).length).toBeLessThanOrEqual(4);
  });
});
