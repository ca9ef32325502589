/** A saga after a restart: folded from its durable entries, then `resumed`. */
import { describe, expect, it } from 'vitest';
import { ABSENT, CHALLENGE, DEADLINE, NOW, OTHER, OWN, Play, QUIESCE } from './builders.ts';

describe('a restart', () => {
  it('a recovered saga whose deadline is over compensates at once, after the wait', () => {
    const play = new Play();
    play.fold({ kind: 'began', at: 0 });
    play.now = DEADLINE + 1;
    expect(play.resume()).toEqual(['resumed', 'turned']);
    expect(play.act()).toEqual([`wait ${play.now + QUIESCE}`]);
  });

  it('P5: what was stuck before a restart stays flagged, and is not flagged again', () => {
    const play = new Play();
    play.fold({ kind: 'began', at: 0 });
    play.fold({ kind: 'turned', at: NOW, reason: 'deadline' });
    play.fold({ kind: 'stuck', at: NOW + 60_000 });
    play.now = NOW + 200_000;
    expect(play.resume()).toEqual(['resumed']);
    expect(play.saga.stuck).toBe(true);
    expect(play.act()).toEqual([`wait ${play.now + QUIESCE}`]);
  });

  it('P5: what should have been flagged while the daemon was down is flagged at the start', () => {
    const play = new Play();
    play.fold({ kind: 'began', at: 0 });
    play.fold({ kind: 'turned', at: NOW, reason: 'deadline' });
    play.now = NOW + 60_000;
    expect(play.resume()).toEqual(['resumed', 'stuck']);
  });

  it('P4.5: a 404 to the guarded delete counts only after a create of an earlier life may land', () => {
    const play = new Play({ nodes: ['a'] });
    play.fold({ kind: 'began', at: 0 });
    play.fold({ kind: 'turned', at: 0, reason: 'cancelled' });
    play.resume();
    expect(play.act()).toEqual([`wait ${NOW + QUIESCE}`]);
    play.tick(NOW + QUIESCE);
    expect(play.act()).toContain(`a: delete ${OWN}`);
  });

  it('P4.5: all that the recorded directions allow is loose, as it was sent', () => {
    const until = NOW + QUIESCE;
    const shown = { presence: 'present', body: '{}', token: OTHER, shown: true } as const;
    const recovered = (play: Play, turned: boolean) => {
      const findings = { a: play.saga.command.op === 'delete' ? shown : ABSENT } as const;
      play.fold({ kind: 'began', at: 0, findings });
      if (turned) play.fold({ kind: 'turned', at: NOW, reason: 'deadline' });
      play.resume();
      return play.node('a').loose;
    };
    const gone = { effect: 'absent', token: OTHER, until };
    const back = { effect: 'present', token: OTHER, until };
    expect(recovered(new Play({ op: 'delete', nodes: ['a'] }), false)).toEqual([gone]);
    expect(recovered(new Play({ op: 'delete', nodes: ['a'] }), true)).toEqual([gone, back]);
    const plain = { policy: CHALLENGE };
    const made = { effect: 'present', token: OWN, until };
    expect(recovered(new Play({ nodes: ['a'] }, plain), false)).toEqual([made]);
    expect(recovered(new Play({ nodes: ['a'] }, plain), true)).toEqual([
      made,
      { effect: 'absent', until },
    ]);
  });

  it('P4.5: a record met after a restart may be our own, though no request of this life was lost', () => {
    const play = new Play({ nodes: ['a'] });
    play.fold({ kind: 'began', at: 0 });
    play.resume();
    play.act();
    play.answer('a', 'perhaps');
    play.act();
    expect(play.answer('a', 'present')).toEqual(['node_turned']);
  });
});
