/** The checker of the chaos run must see every violation, or the run proves nothing. */
import { expect, test } from 'vitest';
import type { CommandAnswer } from '../../src/client/index.ts';
import { type Evidence, judge } from './checker.ts';
import type { AskedFor, Told } from './heard.ts';

function answer(id: string, more: Partial<CommandAnswer> = {}): CommandAnswer {
  return { id, op: 'create', groupId: 'k', state: 'committed', elapsedMs: 1, ...more };
}

/** `a`, `b` and `c` are sent at 0, 10 and 20 ms, and answered 5 ms later. */
const ASKED_MS: Readonly<Record<string, number>> = { a: 0, b: 10, c: 20, d: 30 };

function asked(id: string, more: Partial<AskedFor> = {}): [string, AskedFor] {
  const op = id === 'b' ? 'delete' : 'create';
  return [id, { id, op, groupId: 'k', askedMs: ASKED_MS[id] ?? 0, ...more } as AskedFor];
}

function told(...answers: CommandAnswer[]): readonly Told[] {
  return answers.map((one) => ({ atMs: (ASKED_MS[one.id] ?? 0) + 5, answer: one }));
}

function present(...nodes: string[]): Partial<CommandAnswer> {
  const state = { state: 'present', attempts: 1 } as const;
  return { nodes: Object.fromEntries(nodes.map((name) => [name, state])) };
}

const first = answer('a');
const second = answer('b', { op: 'delete' });
const third = answer('c', present('node01', 'node02'));
const sound: Evidence = {
  asked: new Map([asked('a'), asked('b'), asked('c')]),
  told: new Map([
    ['a', told(answer('a', { state: 'applying', elapsedMs: 0 }), first)],
    ['b', told(second)],
    ['c', told(third, third)],
  ]),
  cancels: [answer('c')],
  journal: [first, second, third],
  nodes: { node01: ['k'], node02: ['k'] },
};

function heard(...answers: CommandAnswer[]): Evidence {
  return { ...sound, told: new Map(sound.told).set('c', told(...answers)) };
}

function ended(more: Partial<CommandAnswer>): Evidence {
  const last = answer('c', more);
  return { ...heard(last), journal: [first, second, last] };
}

function wanted(more: Partial<AskedFor>): Evidence {
  return { ...sound, asked: new Map([...sound.asked, asked('c', more)]) };
}

test('a history in which everything went as it should is found sound', () => {
  expect(judge(sound)).toEqual([]);
});

test.each<[string, Evidence, string]>([
  ['a command never ends', ended({ state: 'applying' }), 'c is applying for ever'],
  ['P3: an accepted command is lost', { ...sound, journal: [first, second] }, 'c is not in the j'],
  [
    'a client is left without an answer',
    { ...sound, asked: new Map([...sound.asked, asked('d')]) },
    'about d',
  ],
  ['P7: a command is done twice', { ...sound, journal: [...sound.journal, third] }, 'done 2 times'],
  [
    'a command comes from nowhere',
    { ...sound, asked: new Map([asked('a'), asked('b')]) },
    'nobody asked for c',
  ],
  ['P7: another thing is done', wanted({ groupId: 'other' }), 'c was create other and became'],
  [
    'a cancelled command commits after all',
    { ...sound, cancels: [answer('c', { state: 'compensating' })] },
    'c was cancelled (compensating) and committed',
  ],
  ['P3: an answer is taken back', heard(answer('c', { state: 'refused' })), 'state was told as "r'],
  ['P7: the same id is told two things', heard(answer('c', { elapsedMs: 2 }), third), 'elapsedMs'],
  ['P1: a node lacks a record', { ...sound, nodes: { node01: ['k'], node02: [] } }, 'node02 lacks'],
  ['P1: a rollback leaves a record', ended({ state: 'rolled_back' }), 'node01 holds k'],
  [
    'P1: a rollback says what is not so',
    { ...ended({ state: 'rolled_back', ...present('node02') }), nodes: {} },
    'node02 was told as present, and is absent',
  ],
  [
    'P1: what is committed was not done on a node',
    ended({ nodes: { node02: { state: 'unknown', attempts: 1 } } }),
    'node02 was told as unknown, and is present',
  ],
  [
    'a record comes from nowhere',
    { ...sound, nodes: { node01: ['k', 'other'] } },
    'node01 holds other',
  ],
  ['P6: the order is not kept', { ...sound, journal: [first, third, second] }, 'node01 holds k'],
  [
    'P6: who asks later comes first',
    { ...sound, journal: [second, first, third] },
    'b was asked after the end of a and came before it',
  ],
  ['a create overwrites', { ...sound, journal: [first, third] }, 'done although it stood'],
  [
    'a delete deletes what is not there',
    { ...sound, journal: [second, third] },
    'done although it did not stand',
  ],
  [
    'already_exists is not true',
    ended({ state: 'refused', reason: 'already_exists' }),
    'did not exist',
  ],
  [
    'not_found is not true',
    { ...sound, journal: [first, answer('b', { state: 'refused', reason: 'not_found' })] },
    'k was there',
  ],
  ['the nodes part', ended({ state: 'refused', reason: 'diverged' }), 'can part the nodes'],
])('it is seen when %s', (_title, evidence, text) => {
  expect(
    judge(evidence)
      .map((violation) => violation.text)
      .join('\n'),
  ).toContain(text);
});

test('a create that ensures may find the record', () => {
  const evidence = { ...sound, journal: [first, third], nodes: { node01: ['k'] } };
  const ensured = new Map([asked('a'), asked('c', { ensure: true })]);
  expect(judge({ ...evidence, asked: ensured })).toEqual([]);
});
