/** Deletes guarded by the entity tag that the survey has seen. */
import { expect, test } from 'vitest';
import { CHALLENGE, deleting, NOW, Play, QUIESCE } from './builders.ts';

const TAG = { tag: '"1"' };

test('a delete carries the tag of the record that the survey found, and a restored record needs none', () => {
  const play = new Play({ op: 'delete' }, { policy: CHALLENGE });
  play.take({ kind: 'driven' });
  play.act();
  play.answer('a', 'present', TAG);
  play.answer('b', 'present', { tag: '"2"' });
  play.act();
  expect(play.node('a').running).toEqual({ kind: 'delete', ...TAG });
  expect(play.node('b').running).toEqual({ kind: 'delete', tag: '"2"' });
  play.answer('a', 'applied');
  play.answer('b', 'refused');
  expect(play.saga).toMatchObject({ state: 'compensating', reason: 'node_refused' });
  play.act();
  expect(play.node('a').running).toMatchObject({ kind: 'create', body: '{"groupId":"5"}' });
});

test('P4.3: a loose delete with a tag is waited for as one without', () => {
  const play = deleting({ policy: CHALLENGE }, TAG);
  play.answer('a', 'lost');
  play.answer('b', 'refused');
  expect(play.node('a').loose).toEqual([{ effect: 'absent', until: NOW + QUIESCE }]);
  expect(play.act()).toContain(`wait ${NOW + QUIESCE}`);
});
