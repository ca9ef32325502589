/** Whose acts they are: proven names, clients that may not, repeated requests. */
import { expect, test } from 'vitest';
import type { Respond } from '../../src/coordinator/ports.ts';
import type { Answer } from '../../src/protocol/answer.ts';
import { errorReply } from '../../src/protocol/errors.ts';
import { parseRequest } from '../../src/protocol/parse-request.ts';
import { actsOf, waiting } from './support/acts.ts';
import { openHarness } from './support/harness.ts';

test('a request that its client repeats while it is under way is one act', async () => {
  const harness = await openHarness();
  await waiting(harness, 'a');
  const answers: Answer[] = [];
  let forgotten = 0;
  const ask = (correlation: string): void => {
    const parsed = parseRequest(Buffer.from('{"op":"cancel","id":"a"}'));
    if (!parsed.ok) throw new Error('no request');
    const respond: Respond = Object.assign((answer: Answer) => void answers.push(answer), {
      envelope: [Buffer.from('client'), Buffer.from(correlation)],
      client: 'client',
      forget: () => forgotten++,
    });
    harness.coordinator.request(parsed.request, respond);
  };
  ask('1');
  ask('1');
  ask('2');
  await harness.rest();
  expect(answers).toHaveLength(2);
  expect(forgotten).toBe(1);
  expect(await actsOf(harness, { act: 'cancel' })).toHaveLength(2);
  ask('1');
  await harness.rest();
  expect(answers).toHaveLength(3);
});

test('the same request behind the same envelope is an act of each operator', async () => {
  const harness = await openHarness();
  const answers: Answer[] = [];
  for (const name of ['ann', 'bob', 'ann']) {
    const parsed = parseRequest(Buffer.from('{"op":"pause","lane":"bulk"}'));
    if (!parsed.ok) throw new Error('no request');
    const respond: Respond = Object.assign((answer: Answer) => void answers.push(answer), {
      envelope: [Buffer.from('taken over'), Buffer.from('1')],
      client: 'taken over',
      principal: { name, role: 'operate', proven: true } as const,
      forget: () => {},
    });
    harness.coordinator.request(parsed.request, respond);
  }
  await harness.rest();
  expect(answers).toHaveLength(2);
  expect(await actsOf(harness)).toMatchObject([{ by: 'bob' }, { by: 'ann' }]);
});

test('a proven name goes before the word of the client', async () => {
  const harness = await openHarness();
  const respond: Respond = Object.assign(() => {}, {
    principal: { name: 'deploy', role: 'operate', proven: true } as const,
    door: 'http',
  });
  const parsed = parseRequest(Buffer.from('{"op":"pause","lane":"bulk","by":"root"}'));
  if (parsed.ok) harness.coordinator.request(parsed.request, respond);
  await harness.rest();
  expect(await actsOf(harness)).toMatchObject([{ by: 'deploy', proven: true, door: 'http' }]);
  expect(harness.coordinator.pauses.of('bulk')).toMatchObject({ by: 'deploy' });
});

test('an act of a client that may not do it is noted, and not done', async () => {
  const harness = await openHarness();
  await waiting(harness, 'a');
  const answers: Answer[] = [];
  const refusal = errorReply('unauthorised', 'the client look has the role read');
  const principal = { name: 'look', role: 'read', proven: true } as const;
  const lines = [
    '{"op":"cancel","id":"a","by":"root"}',
    '{"op":"cancel","filter":{}}',
    '{"op":"resume"}',
    '{"op":"audit","repair":true}',
    '{"op":"list"}',
    '{"op":"create","groupId":"7"}',
  ];
  for (const line of lines) {
    const parsed = parseRequest(Buffer.from(line));
    if (!parsed.ok) throw new Error(line);
    const respond: Respond = Object.assign((answer: Answer) => void answers.push(answer), {
      principal,
      refusal,
    });
    harness.coordinator.request(parsed.request, respond);
  }
  await harness.rest();
  expect(answers).toEqual(lines.map(() => refusal));
  expect(await harness.journal.find('a')).toMatchObject({ state: 'accepted' });
  expect(harness.coordinator.pauses.has('bulk')).toBe(true);
  const refused = { by: 'look', proven: true, outcome: 'refused', error: 'unauthorised' };
  expect(await actsOf(harness, { who: 'look' })).toMatchObject([
    { act: 'repair', ...refused },
    { act: 'resume', ...refused },
    { act: 'cancel', filter: {}, ...refused },
    { act: 'cancel', on: 'a', ...refused },
  ]);
});
