/** The judge of the chaos test must see what went wrong, or the chaos test proves nothing. */
import { expect, test } from 'vitest';
import type { CommandAnswer } from '../../src/client/index.ts';
import { type Evidence, judge } from './chaos/checker.ts';

function answer(id: string, more: Partial<CommandAnswer> = {}): CommandAnswer {
  return { id, op: 'create', groupId: 'k', state: 'committed', elapsedMs: 1, ...more };
}

const first = answer('a');
const second = answer('b', { op: 'delete' });
const third = answer('c');
const sound: Evidence = {
  asked: ['a', 'b', 'c'],
  heard: new Map([
    ['a', [answer('a', { state: 'applying', elapsedMs: 0 }), first]],
    ['b', [second]],
    ['c', [third, third]],
  ]),
  journal: [first, second, third],
  nodes: { node01: ['k'], node02: ['k'] },
};

function heard(...answers: CommandAnswer[]): Evidence {
  return { ...sound, heard: new Map(sound.heard).set('c', answers) };
}

function ended(more: Partial<CommandAnswer>): Evidence {
  const last = answer('c', more);
  return { ...heard(last), journal: [first, second, last] };
}

test('a history in which everything went as it should is found sound', () => {
  expect(judge(sound)).toEqual([]);
});

test.each<[string, Evidence, string]>([
  ['a command never ends', ended({ state: 'applying' }), 'c is applying for ever'],
  ['P3: an accepted command is lost', { ...sound, journal: [first, second] }, 'c is not in the j'],
  ['a client is left without an answer', { ...sound, asked: [...sound.asked, 'd'] }, 'about d'],
  ['P7: a command is done twice', { ...sound, journal: [...sound.journal, third] }, 'done 2 times'],
  ['a command comes from nowhere', { ...sound, asked: ['a', 'b'] }, 'nobody asked for c'],
  ['P3: an answer is taken back', heard(answer('c', { state: 'refused' })), 'state was told as "r'],
  ['P7: the same id is told two things', heard(answer('c', { elapsedMs: 2 }), third), 'elapsedMs'],
  ['P1: a node lacks a record', { ...sound, nodes: { node01: ['k'], node02: [] } }, 'node02 lacks'],
  ['P1: a rollback leaves a record', ended({ state: 'rolled_back' }), 'node01 holds k'],
  [
    'a record comes from nowhere',
    { ...sound, nodes: { node01: ['k', 'other'] } },
    'node01 holds other',
  ],
  ['P6: the order is not kept', { ...sound, journal: [first, third, second] }, 'node01 holds k'],
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
  expect(judge(evidence).join('\n')).toContain(text);
});
