/** Whole sagas, by hand: courses that once went wrong, and their neighbours. */
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

describe('the turn to compensation', () => {
  it('P9: a saga that will turn when its last answer comes waits for that answer, not for a clock', () => {
    const play = creating();
    play.answer('a', 'refused');
    expect(play.act()).toEqual([]);
    expect(play.tick(DEADLINE + 1)).toEqual([]);
    expect(play.act()).toEqual([]);
    expect(play.answer('b', 'applied')).toEqual(['turned']);
  });

  it('P2: sends nothing forward when the deadline passes between decide and react', () => {
    const play = creating();
    play.answer('a', 'applied');
    play.answer('b', 'unsure');
    play.now = DEADLINE;
    expect(play.act()).toEqual([`wait ${DEADLINE}`]);
    expect(play.tick(DEADLINE)).toEqual(['turned']);
    expect(play.act()).toContain(`a: delete ${OWN}`);
  });

  it('P4: waits for the running exchange of another node when a command is cancelled', () => {
    const play = creating();
    play.answer('a', 'applied');
    expect(play.take({ kind: 'cancel' })).toEqual(['cancelled']);
    expect(play.answer('b', 'lost')).toEqual(['turned']);
    const until = NOW + QUIESCE;
    expect(play.act()).toEqual([`a: delete ${OWN}`, `wait ${until}`]);
  });

  it('a command cancelled while its last node is reached is committed', () => {
    const play = creating();
    play.answer('a', 'applied');
    play.take({ kind: 'cancel' });
    expect(play.answer('b', 'applied')).toEqual(['settled']);
    expect(play.saga.state).toBe('committed');
  });

  it('a node that was never changed is not asked again', () => {
    const play = creating();
    play.answer('a', 'refused');
    play.answer('b', 'applied');
    expect(play.act()).toEqual([`b: delete ${OWN}`, `wait ${NOW + 60_000}`]);
    play.answer('b', 'gone');
    expect(play.act()).toEqual(['b: read', `wait ${NOW + 60_000}`]);
    expect(play.answer('b', 'absent')).toEqual(['settled']);
    expect(play.saga).toMatchObject({ state: 'rolled_back', reason: 'node_refused' });
  });

  it('every node answered that it will not, none was changed: refused', () => {
    const play = creating();
    play.answer('a', 'refused');
    play.answer('b', 'refused');
    expect(play.saga).toMatchObject({ state: 'refused', reason: 'node_refused' });
  });
});

describe('a delete and what the journal knows', () => {
  const history = { tokens: { a: OTHER, b: OTHER } };

  it('is guarded by the token of the journal where the node shows none', () => {
    const play = deleting({ history });
    expect(play.node('a').running).toEqual({ kind: 'delete', guard: OTHER });
  });

  it('continues without a guard when the token of the journal is proved wrong', () => {
    const play = deleting({ history });
    play.answer('a', 'gone');
    play.answer('b', 'applied');
    play.act();
    play.answer('a', 'present');
    play.tick(play.node('a').dueAt);
    expect(play.act()).toContain('a: delete');
  });

  it('P4.5: after a restart such a guard may have been dropped, so any record may be hit', () => {
    const play = new Play({ op: 'delete', nodes: ['a'] }, { history });
    const found = { presence: 'present', body: '{}', token: OTHER, shown: false } as const;
    play.fold({ kind: 'began', at: NOW, findings: { a: found } });
    play.resume();
    expect(play.node('a').loose).toEqual([{ effect: 'absent', until: NOW + QUIESCE }]);
  });

  it('a dialect without tokens sends no guard, whatever an older journal knows', () => {
    const play = deleting({ history, policy: CHALLENGE });
    expect(play.node('a').running).toEqual({ kind: 'delete' });
    // P4.2: so what it leaves behind is loose for any record.
    play.answer('a', 'lost');
    expect(play.node('a').loose).toEqual([{ effect: 'absent', until: NOW + QUIESCE }]);
  });

  it('rolled back, it restores by the token shown, else the one of the journal, else its own', () => {
    const restore = (play: Play) => {
      play.answer('a', 'applied');
      play.answer('b', 'refused');
      return play.act()[0];
    };
    expect(restore(deleting({ history }, { token: '5.5' }))).toBe('a: create 5.5');
    expect(restore(deleting({ history }))).toBe(`a: create ${OTHER}`);
    expect(restore(deleting())).toBe(`a: create ${OWN}`);
  });

  it('rolled back, it keeps the marks of records it never touched, whatever reads have shown', () => {
    const play = deleting({ history });
    play.answer('a', 'perhaps');
    play.act();
    play.answer('a', 'present');
    play.tick(play.node('a').dueAt);
    play.act();
    play.answer('a', 'refused');
    play.answer('b', 'applied');
    expect(play.saga.state).toBe('compensating');
    play.act();
    const settled = play.settlement('b');
    expect(settled).toMatchObject({ state: 'rolled_back', tokens: { a: OTHER, b: OTHER } });
  });

  it('a survey asks again when a record comes without its body: it could not be restored', () => {
    const play = new Play({ op: 'delete' });
    play.take({ kind: 'driven' });
    play.act();
    const { body: _, ...bare } = { kind: 'present', detail: '200', body: '' } as const;
    expect(play.take({ kind: 'answered', node: 'a', answer: bare })).toEqual([]);
    expect(play.node('a').finding).toBeUndefined();
    expect(play.node('a').dueAt).toBeGreaterThan(NOW);
  });
});

describe('what earlier commands have left behind', () => {
  it('P4.3: a late delete of an earlier command is waited for, even on a node that was not touched', () => {
    const loose = { a: [{ effect: 'absent', until: NOW + 700 }] } as const;
    const play = deleting({ history: { loose } });
    play.answer('a', 'refused');
    expect(play.answer('b', 'applied')).toEqual(['turned']);
    // b is restored; a may still lose its record, and is asked when that is over.
    expect(play.act()).toEqual([`b: create ${OWN}`, `wait ${NOW + 700}`]);
    play.answer('b', 'applied');
    expect(play.saga.state).toBe('compensating');
    play.tick(NOW + 700);
    expect(play.act()).toContain(`a: create ${OWN}`);
    play.answer('a', 'perhaps');
    play.act();
    expect(play.answer('a', 'present')).toEqual(['settled']);
    expect(play.saga.state).toBe('rolled_back');
  });

  it('P4.3: also when it ended after the survey, but before the turn', () => {
    const loose = { a: [{ effect: 'absent', until: NOW + 700 }] } as const;
    const play = deleting({ history: { loose } });
    play.now = NOW + 800;
    play.answer('a', 'refused');
    play.answer('b', 'applied');
    expect(play.act()).toContain(`a: create ${OWN}`);
  });

  it('P4.5: what came from two commands ago is handed on with the settlement', () => {
    const inherited = { effect: 'present', token: OTHER, until: NOW + 700 } as const;
    const play = creating({ nodes: ['a'] }, { history: { loose: { a: [inherited] } } });
    const settled = play.settlement('a');
    expect(settled).toMatchObject({ state: 'committed', loose: { a: [inherited] } });
  });

  it('P4.3: of several loose requests of one kind the longest counts', () => {
    const loose = {
      a: [
        { effect: 'absent', until: NOW + 100 },
        { effect: 'absent', until: NOW + 900_000 },
      ],
    } as const;
    const play = deleting({ history: { loose } });
    play.answer('a', 'lost');
    play.answer('b', 'refused');
    expect(play.node('a').loose).toEqual([{ effect: 'absent', until: NOW + 900_000 }]);
  });
});

describe('the reported outcome', () => {
  it('a node that was read while a request may still land is unknown, if it is abandoned then', () => {
    const play = creating();
    play.answer('a', 'lost');
    play.answer('b', 'applied');
    play.tick(play.node('a').dueAt);
    play.act();
    play.answer('a', 'perhaps');
    play.act();
    play.answer('a', 'absent');
    play.take({ kind: 'cancel' });
    play.act();
    play.take({ kind: 'abandon' });
    const settled = play.settlement('b', 'unsure');
    expect(settled).toMatchObject({ nodes: { a: { state: 'unknown' }, b: { state: 'unknown' } } });
  });

  it('a survey that refuses reports what it found, and what was said', () => {
    const play = new Play({ op: 'delete' });
    play.take({ kind: 'driven' });
    play.act();
    play.answer('a', 'present');
    const settled = play.settlement('b', 'absent');
    expect(settled).toMatchObject({
      state: 'refused',
      reason: 'diverged',
      nodes: {
        a: { state: 'present', lastResponse: 'present' },
        b: { state: 'absent', lastResponse: 'absent' },
      },
    });
  });

  it('a committed command explains nothing', () => {
    const play = creating({ nodes: ['a'] });
    const settled = play.settlement('a');
    expect(settled).toMatchObject({
      nodes: { a: { state: 'present', attempts: 1 } },
      tokens: { a: OWN },
    });
    expect(JSON.stringify(settled)).not.toContain('said');
  });
});
