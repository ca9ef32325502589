/**
 * Whether new commands are accepted: the same in answers to commands, `ping`, `status` and events.
 */
import { describe, expect, test } from 'vitest';
import type { Accepting } from '../../src/protocol/accepting.ts';
import type { PingAnswer, SummaryAnswer } from '../../src/protocol/answer.ts';
import { type Desk, openDesk } from './support/desk.ts';
import { answerTrial, opened } from './support/outage.ts';
import { settled } from './support/reports.ts';

const YES: Accepting = { accepting: true };

/** By `ping`, which must say what `status` says. */
async function acceptingOf(desk: Desk): Promise<Accepting> {
  const ping = desk.ask({ op: 'ping' });
  const status = desk.ask({ op: 'status' });
  await desk.rest();
  for (const { ticket } of desk.ordersOf('report')) {
    desk.report({ kind: 'answered', ticket, value: { of: 'report', nodes: {} } });
  }
  await desk.rest();
  const { pid: _pid, version: _version, ...accepting } = ping.answer as PingAnswer;
  expect(status.answer as SummaryAnswer).toMatchObject(accepting);
  expect('refusal' in status.answer).toBe('refusal' in accepting);
  return accepting;
}

async function create(desk: Desk, id: string) {
  const asked = desk.ask({ op: 'create', id, groupId: id, wait: 'accepted' });
  await desk.rest();
  return asked.answer;
}

const eventsOf = (desk: Desk) =>
  desk.events.filter(([topic]) => topic === 'daemon.accepting').map(([, payload]) => payload);

describe('the flag says what the next command is told', () => {
  test('while it takes them in nothing is said of it but that', async () => {
    const desk = await openDesk();
    expect(await acceptingOf(desk)).toEqual(YES);
    expect(await create(desk, 'a')).toMatchObject({ state: 'applying' });
    await desk.advance(1000);
    expect(eventsOf(desk)).toEqual([]);
  });

  test('a breaker that is open: whose, and when to come again', async () => {
    const desk = await openDesk();
    await opened(desk);
    expect(await acceptingOf(desk)).toEqual({
      accepting: false,
      refusal: {
        reason: 'breaker',
        nodes: ['node02'],
        message: 'the breaker of node02 is open: 10 failures in a row',
        retryAfterMs: 750,
      },
    });
    expect(await create(desk, 'a')).toMatchObject({ error: { code: 'unavailable' } });
  });

  test('a breaker that tries its node: until so many commands are in as it takes meanwhile', async () => {
    const desk = await openDesk();
    await opened(desk);
    await desk.advance(1000);
    await answerTrial(desk, 'good');
    for (const id of ['a', 'b', 'c', 'd']) {
      expect(await acceptingOf(desk)).toEqual(YES);
      expect(await create(desk, id)).toMatchObject({ state: 'accepted' });
    }
    expect(await acceptingOf(desk)).toMatchObject({
      refusal: { reason: 'breaker', nodes: ['node02'], retryAfterMs: 250 },
    });
    expect(await create(desk, 'e')).toMatchObject({ error: { code: 'unavailable' } });
  });

  test('a breaker that an operator opened: no time to come again, but what closes it', async () => {
    const desk = await openDesk();
    desk.ask({ op: 'breaker', node: 'node03', act: 'open' });
    await desk.rest();
    const { refusal } = await acceptingOf(desk);
    expect(refusal).toMatchObject({ reason: 'breaker', nodes: ['node03'] });
    expect(refusal?.hint).toContain('`lockstep breaker close node03`');
    expect(refusal?.retryAfterMs).toBeUndefined();
  });

  test('a full daemon', async () => {
    const desk = await openDesk({ openMax: 1 });
    await create(desk, 'a');
    expect(await acceptingOf(desk)).toEqual({
      accepting: false,
      refusal: { reason: 'full', message: '1 commands are open', retryAfterMs: 1000 },
    });
    expect(await create(desk, 'b')).toMatchObject({ id: 'b', error: { code: 'busy' } });
    desk.report(settled(desk, 'a'));
    await desk.rest();
    expect(await acceptingOf(desk)).toEqual(YES);
  });

  test('a full disk; P7: what is done is told again all the same', async () => {
    const desk = await openDesk();
    const first = desk.ask({ op: 'create', id: 'a', groupId: '5' });
    await desk.rest();
    desk.report(settled(desk, 'a'));
    await desk.rest();
    desk.coordinator.intake.setFullDisk({ message: 'no room', retryAfterMs: 5000 });
    expect(await acceptingOf(desk)).toMatchObject({ refusal: { reason: 'disk' } });
    expect(await create(desk, 'b')).toMatchObject({ id: 'b', error: { code: 'unavailable' } });
    const again = desk.ask({ op: 'create', id: 'a', groupId: '5' });
    await desk.rest();
    expect(again.answer).toEqual(first.answer);
    desk.coordinator.intake.setFullDisk(undefined);
    expect(await acceptingOf(desk)).toEqual(YES);
  });
});

describe('P10: the event daemon.accepting', () => {
  test('comes when the flag or its reason changes, a quarter of a second later at most', async () => {
    const desk = await openDesk();
    const { intake } = desk.coordinator;
    await opened(desk);
    await desk.advance(250);
    intake.setFullDisk({ message: 'no room' });
    await desk.advance(250);
    intake.setFullDisk({ message: 'still no room' });
    await desk.advance(250);
    intake.setFullDisk(undefined);
    desk.ask({ op: 'breaker', node: 'node02', act: 'close' });
    await desk.advance(250);
    expect(eventsOf(desk)).toMatchObject([
      { accepting: false, refusal: { reason: 'breaker', nodes: ['node02'] } },
      { accepting: false, refusal: { reason: 'disk', message: 'no room' } },
      YES,
    ]);
  });

  test('comes at once when the daemon begins to stop, though another reason was there before', async () => {
    const desk = await openDesk();
    await opened(desk);
    await desk.advance(250);
    desk.coordinator.drain();
    expect(eventsOf(desk)).toMatchObject([
      { refusal: { reason: 'breaker' } },
      { refusal: { reason: 'draining', message: 'the daemon is stopping' } },
    ]);
    expect(await acceptingOf(desk)).toMatchObject({ refusal: { reason: 'draining' } });
    desk.coordinator.interrupt();
    expect(eventsOf(desk)).toHaveLength(2);
  });

  test('P9: a daemon that is full and has room by turns publishes four a second at most', async () => {
    const desk = await openDesk({ openMax: 1 });
    for (let round = 0; round < 50; round++) {
      await create(desk, `k${round}`);
      desk.report(settled(desk, `k${round}`));
      await desk.advance(20);
    }
    expect(eventsOf(desk).length).toBeLessThanOrEqual(4);
  });
});
