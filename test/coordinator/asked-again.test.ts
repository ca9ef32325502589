/** Repeats of open commands, and the clients that wait for their end. */
import { expect, test } from 'vitest';
import type { Respond } from '../../src/coordinator/ports.ts';
import { OpenCommand } from '../../src/coordinator/queue/open-command.ts';
import type { CommandAnswer } from '../../src/protocol/answer.ts';
import { parseValue } from '../../src/protocol/parse-request.ts';
import { commandOf } from '../core/builders.ts';
import { type Harness, openHarness } from './support/harness.ts';
import { settled } from './support/reports.ts';

const ONE_MORE = 10_001;

/** Waits for the end of `a` like the client socket, with these frames in front. */
function askAgain(
  harness: Harness,
  envelope: readonly string[] | undefined,
  answers: object[],
): void {
  const parsed = parseValue({ op: 'create', id: 'a', groupId: '5' });
  if (!parsed.ok) throw new Error(parsed.reply.error.message);
  const frames = envelope?.map((frame) => Buffer.from(frame));
  const keep = (answer: object): void => void answers.push(answer);
  harness.coordinator.request(parsed.request, Object.assign(keep, { envelope: frames }));
}

test('P9: a client that asks every few seconds waits once, and is answered once', async () => {
  const harness = await openHarness();
  const answers: object[] = [];
  for (let count = 0; count < 100; count++) askAgain(harness, ['peer', '7'], answers);
  askAgain(harness, ['peer', '8'], answers);
  askAgain(harness, ['other', '7'], answers);
  await harness.rest();
  harness.report(settled(harness, 'a'));
  await harness.rest();
  expect(answers).toHaveLength(3);
  expect(answers[0]).toMatchObject({ id: 'a', state: 'committed' });
});

test('P9: a repeat that needs no answer gives its room back', async () => {
  const harness = await openHarness();
  const parsed = parseValue({ op: 'create', id: 'a', groupId: '5' });
  if (!parsed.ok) throw new Error(parsed.reply.error.message);
  let forgotten = 0;
  for (let count = 0; count < 3; count++) {
    const more = { envelope: [Buffer.from('peer')], forget: () => forgotten++ };
    harness.coordinator.request(
      parsed.request,
      Object.assign(() => {}, more),
    );
  }
  await harness.rest();
  expect(forgotten).toBe(2);
});

test('P9: 10,000 repeats wait in all; beyond it busy, until some are answered', async () => {
  const harness = await openHarness();
  const answers: object[] = [];
  askAgain(harness, undefined, answers);
  await harness.rest();
  for (let count = 0; count < ONE_MORE; count++) askAgain(harness, undefined, answers);
  await harness.rest();
  expect(answers).toMatchObject([{ id: 'a', error: { code: 'busy', retryAfterMs: 1000 } }]);
  harness.report(settled(harness, 'a'));
  await harness.rest();
  expect(answers).toHaveLength(1 + ONE_MORE);
  harness.ask({ op: 'create', id: 'b', groupId: '6' });
  const again = harness.ask({ op: 'create', id: 'b', groupId: '6' });
  await harness.rest();
  expect(again.isOpen).toBe(true);
});

test('P9: a repeat costs the same however many wait: 10,000 of one id take milliseconds', () => {
  const open = new OpenCommand(commandOf());
  const begun = performance.now();
  for (let count = 0; count < 10_000; count++) {
    const respond = waiterBehind(`client ${count}`);
    expect(open.hasWaiter(respond)).toBe(false);
    open.addWaiter(respond);
  }
  // With one step for each waiting client it would take seconds.
  expect(performance.now() - begun).toBeLessThan(1000);
  expect(open.hasWaiter(waiterBehind('client 0'))).toBe(true);
});

test('P7: envelopes are distinguished by their frames, not by their total bytes', () => {
  const open = new OpenCommand(commandOf());
  open.addWaiter(waiterBehind('ab', 'c'));
  expect(open.hasWaiter(waiterBehind('ab', 'c'))).toBe(true);
  expect(open.hasWaiter(waiterBehind('a', 'bc'))).toBe(false);
  expect(open.hasWaiter(waiterBehind('abc'))).toBe(false);
});

function waiterBehind(...frames: readonly string[]): Respond<CommandAnswer> {
  const envelope = frames.map((frame) => Buffer.from(frame));
  return Object.assign(() => {}, { envelope });
}
