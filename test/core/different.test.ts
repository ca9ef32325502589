/** Records with another content than the command wants: nothing overwrites them, nothing commits over them. */
import { describe, expect, it } from 'vitest';
import { ABSENT, CHALLENGE, creating, OTHER, OWN, Play } from './builders.ts';

const record = { digest: 'wanted', bytes: 2 };
/** Of another content than the command's. */
const other = { content: 'other' };

/** A create on nodes without owner marks, before its survey is answered. */
function surveying(command = {}): Play {
  const play = new Play({ record, ...command }, { policy: CHALLENGE });
  play.take({ kind: 'driven' });
  play.act();
  return play;
}

describe('P1: ensure does not commit over another content', () => {
  it('found by the survey: refused, nothing sent', () => {
    const play = surveying({ ensure: true });
    play.answer('a', 'present', other);
    expect(play.answer('b', 'absent')).toEqual(['settled']);
    expect(play.saga).toMatchObject({ state: 'refused', reason: 'different' });
  });

  it('equal content heals', () => {
    const play = surveying({ ensure: true });
    play.answer('a', 'present');
    expect(play.answer('b', 'absent')).toEqual(['began']);
    play.act();
    expect(play.answer('b', 'applied')).toEqual(['settled']);
    expect(play.saga.state).toBe('committed');
  });

  it('found by a create on nodes with owner marks: refused, or rolled back where another node has it', () => {
    const alone = creating({ record, ensure: true, nodes: ['a'] });
    alone.answer('a', 'perhaps');
    alone.act();
    expect(alone.answer('a', 'present', { token: OTHER, ...other })).toEqual(['settled']);
    expect(alone.saga).toMatchObject({ state: 'refused', reason: 'different' });

    const play = creating({ record, ensure: true });
    play.answer('a', 'applied');
    play.answer('b', 'perhaps');
    play.act();
    expect(play.answer('b', 'present', { token: OTHER, ...other })).toEqual(['turned']);
    expect(play.act()).toContain(`a: delete ${OWN}`);
    expect(play.answer('a', 'applied')).toEqual(['settled']);
    expect(play.saga).toMatchObject({ state: 'rolled_back', reason: 'different' });
  });

  it('without ensure the reasons stay the same', () => {
    const play = surveying();
    play.answer('a', 'present', other);
    play.answer('b', 'present', other);
    expect(play.saga).toMatchObject({ state: 'refused', reason: 'already_exists' });
    const some = surveying();
    some.answer('a', 'present', other);
    some.answer('b', 'absent');
    expect(some.saga).toMatchObject({ state: 'refused', reason: 'diverged' });
  });
});

describe('P1: a record that is found after a create in doubt', () => {
  it('is this command’s by its mark, whatever content the node shows', () => {
    const play = creating({ record, nodes: ['a'] });
    play.answer('a', 'unproven');
    play.act();
    expect(play.answer('a', 'present', { token: OWN, ...other })).toEqual(['settled']);
    expect(play.saga.state).toBe('committed');
  });

  it('without a mark and with another content it does not commit: the nodes go back', () => {
    const play = surveying({ nodes: ['a'] });
    expect(play.answer('a', 'absent')).toEqual(['began']);
    play.act();
    play.answer('a', 'unproven');
    play.act();
    expect(play.answer('a', 'present', other)).toEqual(['turned']);
    expect(play.saga.reason).toBe('different');
    expect(play.act()).toContain('a: delete');
    play.answer('a', 'applied');
    expect(play.saga).toMatchObject({ state: 'rolled_back', reason: 'different' });
    expect(play.node('a').finding).toEqual(ABSENT);
  });
});
