/** Whole sagas, by hand: courses that are easy to get wrong. */
import { describe, expect, it } from 'vitest';
import {
  CHALLENGE,
  creating,
  DEADLINE,
  deleting,
  NOW,
  OTHER,
  OWN,
  Play,
  QUIESCE,
} from './builders.ts';

describe('own or foreign, the token not shown', () => {
  it('a foreign node and a node in doubt: the doubt is settled before anything is said', () => {
    const play = creating();
    play.answer('a', 'perhaps');
    play.answer('b', 'lost');
    play.act();
    play.answer('a', 'present');
    expect(play.node('a').verdict).toBe('foreign');
    // b is not reached, so all records may be foreign yet: the saga continues to find the reason.
    expect(play.tick(play.node('b').dueAt)).toEqual([]);
    expect(play.act()).toContain(`b: create ${OWN}`);
    expect(play.answer('b', 'applied')).toEqual(['turned']);
    expect(play.saga.reason).toBe('diverged');
    // P4.3: the lost create of b is waited for before its delete counts.
    expect(play.act()).toEqual([`wait ${NOW + QUIESCE}`]);
    play.tick(NOW + QUIESCE);
    expect(play.act()).toContain(`b: delete ${OWN}`);
  });

  it('P4.3: a node is driven back only after its loose create, and forth after its loose delete', () => {
    const play = creating({ nodes: ['a'] });
    play.answer('a', 'lost');
    play.tick(play.node('a').dueAt);
    play.act();
    play.answer('a', 'perhaps');
    play.act();
    expect(play.answer('a', 'present')).toEqual(['node_turned']);
    expect(play.act()).toEqual([`wait ${NOW + QUIESCE}`]);
    play.tick(NOW + QUIESCE);
    expect(play.act()).toEqual([`a: delete ${OWN}`, `wait ${DEADLINE}`]);
    play.answer('a', 'lost');
    const loose = play.now + QUIESCE;
    play.tick(play.node('a').dueAt);
    play.act();
    play.answer('a', 'gone');
    play.act();
    expect(play.answer('a', 'absent')).toEqual(['node_turned']);
    expect(play.act()).toEqual([`wait ${loose}`]);
    play.tick(loose);
    play.act();
    play.answer('a', 'applied');
    expect(play.saga.state).toBe('committed');
  });

  it('the saga turns while a node is on its way back: it stays on it', () => {
    const play = creating();
    play.answer('a', 'unsure');
    play.tick(play.node('a').dueAt);
    play.act();
    play.answer('a', 'perhaps');
    play.act();
    expect(play.answer('a', 'present')).toEqual(['node_turned']);
    expect(play.answer('b', 'refused')).toEqual(['turned']);
    expect(play.act()).toContain(`a: delete ${OWN}`);
    play.answer('a', 'gone');
    play.act();
    play.answer('a', 'present');
    expect(play.saga).toMatchObject({ state: 'rolled_back', reason: 'node_refused' });
    expect(play.node('a').belief).toBe('present');
  });

  it('turned back and forth in an earlier life: what both directions sent is loose', () => {
    const play = new Play({ nodes: ['a'] });
    play.fold({ kind: 'began', at: NOW });
    play.fold({ kind: 'node_turned', at: NOW, node: 'a', direction: 'prior' });
    play.fold({ kind: 'node_turned', at: NOW, node: 'a', direction: 'want' });
    play.resume();
    const until = NOW + QUIESCE;
    expect(play.node('a')).toMatchObject({
      mayHaveChanged: true,
      createInDoubt: true,
      direction: 'want',
    });
    expect(play.node('a').loose).toEqual([
      { effect: 'present', token: OWN, until },
      { effect: 'absent', token: OWN, until },
    ]);
    expect(play.act()).toEqual([`wait ${until}`]);
  });
});

describe('a command with ensure', () => {
  it('takes a record that shows no token as its own or another, and does not drive it back', () => {
    const play = creating({ ensure: true });
    play.answer('a', 'unsure');
    play.answer('b', 'applied');
    play.tick(play.node('a').dueAt);
    play.act();
    play.answer('a', 'perhaps');
    play.act();
    expect(play.answer('a', 'present')).toEqual(['settled']);
    expect(play.saga.state).toBe('committed');
  });

  it('P4.3: waits for any loose delete, since any record will do', () => {
    const loose = { a: [{ effect: 'absent', token: OTHER, until: NOW + 700 }] } as const;
    const heir = new Play({ ensure: true }, { history: { loose } });
    heir.take({ kind: 'driven' });
    expect(heir.act()).toEqual([`b: create ${OWN}`, `wait ${NOW + 700}`]);
    const other = new Play({}, { history: { loose } });
    other.take({ kind: 'driven' });
    expect(other.act()).toContain(`a: create ${OWN}`);
  });

  it('heals a delete: nodes without the record are left alone, rolling back too', () => {
    const play = new Play({ op: 'delete', ensure: true, nodes: ['a', 'b', 'c'] });
    play.take({ kind: 'driven' });
    play.act();
    play.answer('a', 'absent');
    play.answer('b', 'present');
    expect(play.answer('c', 'present')).toEqual(['began']);
    expect(play.act()).toEqual(['b: delete', 'c: delete', `wait ${DEADLINE}`]);
    play.answer('b', 'applied');
    expect(play.answer('c', 'refused')).toEqual(['turned']);
    expect(play.act()).toEqual([`b: create ${OWN}`, `wait ${NOW + 60_000}`]);
    play.answer('b', 'applied');
    expect(play.saga.state).toBe('rolled_back');
  });
});

describe('operators', () => {
  it('a command cancelled while it surveys is refused, with its reads still running', () => {
    const play = new Play({ op: 'delete' });
    play.take({ kind: 'driven' });
    play.act();
    expect(play.take({ kind: 'cancel' })).toEqual(['cancelled', 'settled']);
    expect(play.saga).toMatchObject({ state: 'refused', reason: 'cancelled' });
    expect(play.answer('a', 'present')).toEqual([]);
    expect(play.act()).toEqual([]);
  });

  it('P5: an abandoned command aborts what runs, and settles when that has ended', () => {
    const play = creating();
    play.answer('a', 'applied');
    play.answer('b', 'refused');
    play.act();
    expect(play.take({ kind: 'abandon' })).toEqual(['abandoning']);
    expect(play.act()).toEqual(['a: abort']);
    const settled = play.settlement('a', 'lost');
    const until = NOW + QUIESCE;
    expect(settled).toMatchObject({
      state: 'abandoned',
      nodes: { a: { state: 'unknown' } },
      loose: { a: [{ effect: 'absent', token: OWN, until }] },
      tokens: {},
    });
  });

  it('P5: only a compensation can be abandoned, and it is not cancelled', () => {
    const play = creating();
    expect(play.take({ kind: 'abandon' })).toEqual([]);
    play.answer('a', 'refused');
    play.answer('b', 'applied');
    expect(play.take({ kind: 'cancel' })).toEqual([]);
  });

  it('a retry ends the backoff, but not the wait for loose requests', () => {
    const play = creating();
    play.answer('a', 'unsure', { retryAfterMs: 3000 });
    play.answer('b', 'lost');
    play.take({ kind: 'retry' });
    expect(play.act()).toEqual([`a: create ${OWN}`, `b: create ${OWN}`, `wait ${DEADLINE}`]);
    play.answer('a', 'refused');
    play.answer('b', 'unsure');
    play.take({ kind: 'retry' });
    expect(play.act()).toEqual([`a: delete ${OWN}`, `wait ${NOW + QUIESCE}`]);
  });
});

describe('the backoff', () => {
  it('restarts with the intent, with every turn, and by an operator', () => {
    const surveying = new Play({ op: 'delete', nodes: ['a'] });
    surveying.take({ kind: 'driven' });
    surveying.act();
    surveying.answer('a', 'unreadable');
    expect(surveying.node('a').failures).toBe(1);
    surveying.tick(surveying.node('a').dueAt);
    surveying.act();
    surveying.answer('a', 'present');
    expect(surveying.node('a')).toMatchObject({ failures: 0, dueAt: 0 });

    const play = creating();
    play.answer('a', 'unsure');
    expect(play.node('a').failures).toBe(1);
    play.take({ kind: 'retry' });
    expect(play.node('a')).toMatchObject({ failures: 0, dueAt: play.now });
    play.act();
    play.answer('a', 'unsure');
    play.answer('b', 'refused');
    expect(play.saga.state).toBe('compensating');
    expect(play.node('a')).toMatchObject({ failures: 0, dueAt: 0 });
  });

  it('restarts when one node turns', () => {
    const play = creating();
    play.answer('a', 'unsure');
    play.tick(play.node('a').dueAt);
    play.act();
    play.answer('a', 'perhaps');
    play.act();
    play.answer('a', 'present');
    expect(play.node('a')).toMatchObject({ direction: 'prior', failures: 0, dueAt: 0 });
  });

  it('a stuck compensation that is asking sets no alarm', () => {
    const play = creating({ nodes: ['a'] });
    play.answer('a', 'lost');
    play.take({ kind: 'cancel' });
    play.tick(NOW + 60_000);
    expect(play.saga.stuck).toBe(true);
    expect(play.act()).toEqual([`a: delete ${OWN}`]);
    expect(play.act()).toEqual([]);
  });
});

describe('a single node', () => {
  it('P1: a foreign record on the only node is all there is: refused, already there', () => {
    const play = creating({ nodes: ['a'] });
    play.answer('a', 'perhaps');
    play.act();
    expect(play.answer('a', 'present')).toEqual(['settled']);
    expect(play.saga).toMatchObject({ state: 'refused', reason: 'already_exists' });
  });

  it('without tokens: found by the survey, refused before anything is sent', () => {
    const play = new Play({ nodes: ['a'] }, { policy: CHALLENGE });
    play.take({ kind: 'driven' });
    play.act();
    expect(play.answer('a', 'present')).toEqual(['settled']);
    expect(play.saga).toMatchObject({ state: 'refused', reason: 'already_exists' });
  });
});

describe('P1: a node behind a proxy that answers in its place', () => {
  it('is asked by a survey once: what it will not say to anyone ends the command at once', () => {
    for (const command of [{ op: 'delete' }, { op: 'create' }] as const) {
      const play = new Play(command, command.op === 'create' ? { policy: CHALLENGE } : {});
      play.take({ kind: 'driven' });
      play.act();
      play.answer('a', 'refused');
      expect(play.saga).toMatchObject({ state: 'refused', reason: 'node_refused' });
    }
  });

  it('shows no record under the key, twice the same: the command ends, and says so at once', () => {
    for (const command of [{ op: 'delete' }, { op: 'create' }] as const) {
      const play = new Play(command, command.op === 'create' ? { policy: CHALLENGE } : {});
      play.take({ kind: 'driven' });
      play.act();
      play.answer('a', 'malformed');
      expect(play.saga.state).toBe('accepted');
      play.tick(play.node('a').dueAt);
      expect(play.act()).toContain('a: read');
      play.answer('a', 'malformed');
      expect(play.saga).toMatchObject({ state: 'refused', reason: 'node_refused' });
    }
  });

  it('made a record of another key: the command turns, and waits until that create can not land', () => {
    const play = creating();
    play.answer('b', 'applied');
    play.answer('a', 'misnamed');
    expect(play.saga).toMatchObject({ state: 'compensating', reason: 'node_refused' });
    expect(play.act()).toEqual([`b: delete ${OWN}`, `wait ${NOW + QUIESCE}`]);
    play.tick(NOW + QUIESCE);
    expect(play.act()).toContain(`a: delete ${OWN}`);
  });

  it('said that all is well: a delete is not done until a read has shown it', () => {
    const play = deleting();
    play.answer('b', 'gone');
    play.answer('a', 'unproven');
    expect(play.act()).toContain('a: read');
    play.answer('a', 'unreadable');
    expect(play.saga.state).toBe('applying');
    play.tick(play.node('a').dueAt);
    expect(play.act()).toContain('a: read');
    play.answer('a', 'present');
    play.tick(play.node('a').dueAt);
    expect(play.act()).toContain('a: delete');
  });
});
