/** The last entry of a saga: its outcome, and its data for later commands. */
import { describe, expect, it } from 'vitest';
import { evolve } from '../../src/core/evolve.ts';
import {
  CHALLENGE,
  creating,
  deleting,
  NOW,
  OTHER,
  OWN,
  Play,
  QUIESCE,
  TOKENS,
} from './builders.ts';

const inherits = (until: number) => ({
  history: { loose: { a: [{ effect: 'present', token: OTHER, until }] } } as const,
});

describe('the loose requests that a settlement carries', () => {
  it('P4.5: are those that may still land, by node', () => {
    const play = creating();
    play.answer('a', 'lost');
    play.answer('b', 'applied');
    play.tick(play.node('a').dueAt);
    play.act();
    const until = NOW + QUIESCE;
    expect(play.settlement('a')).toMatchObject({
      state: 'committed',
      loose: { a: [{ effect: 'present', token: OWN, until }] },
    });
  });

  it('P4.5: are absent when none may land', () => {
    expect(creating({ nodes: ['a'] }).settlement('a')).not.toHaveProperty('loose');
    const play = creating({ nodes: ['a'] }, inherits(NOW + 1));
    expect(play.settlement('a')).toHaveProperty('loose');
    play.now = NOW + 1;
    expect(play.settlement('a')).not.toHaveProperty('loose');
  });
});

describe('the owner marks that a settlement carries', () => {
  const tokens = (entry: object | undefined) => (entry as { tokens?: unknown }).tokens;

  it('a create that is committed: its own, where it wrote', () => {
    const play = creating({ ensure: true });
    play.answer('a', 'perhaps');
    play.act();
    play.answer('a', 'present');
    // a holds a foreign record and shows no token: its owner mark is unknown.
    expect(tokens(play.settlement('b'))).toStrictEqual({ b: OWN });
  });

  it('without tokens in the dialect there are none', () => {
    const play = new Play({ nodes: ['a'] }, { policy: CHALLENGE });
    play.take({ kind: 'driven' });
    play.act();
    play.answer('a', 'absent');
    play.act();
    expect(tokens(play.settlement('a'))).toStrictEqual({});
  });

  it('a create that is undone, and whatever is refused: it left every record as it was', () => {
    const play = creating();
    play.answer('a', 'refused');
    expect(play.settlement('b', 'refused')).not.toHaveProperty('tokens');
    play.answer('b', 'applied');
    play.act();
    expect(play.settlement('b', 'applied')).toMatchObject({ state: 'rolled_back' });
    expect(play.settlement('b', 'applied')).not.toHaveProperty('tokens');
  });

  it('a delete that is committed: none', () => {
    const play = deleting({}, { token: OTHER });
    play.answer('a', 'applied');
    expect(tokens(play.settlement('b'))).toStrictEqual({});
  });

  it('a delete that is undone: those it has written back, and those it left', () => {
    const play = deleting({ history: { tokens: { b: OTHER } } });
    play.answer('b', 'refused');
    play.answer('a', 'applied');
    play.act();
    expect(tokens(play.settlement('a'))).toStrictEqual({ a: OWN, b: OTHER });
  });

  it('a delete that is undone, its guard in doubt: what was found by a read is known no more', () => {
    const play = deleting();
    play.answer('b', 'refused');
    play.answer('a', 'unsure');
    play.act();
    play.answer('a', 'perhaps');
    play.act();
    expect(tokens(play.settlement('a', 'present'))).toStrictEqual({});
  });
});

describe('a create with ensure', () => {
  it('P1: where every node held a record already is refused, not committed', () => {
    const play = creating({ ensure: true });
    for (const node of ['a', 'b']) play.answer(node, 'perhaps');
    play.act();
    play.answer('a', 'present');
    expect(play.settlement('b', 'present')).toMatchObject({
      state: 'refused',
      reason: 'already_exists',
    });
  });
});

describe('a delete that is rolled back says of each node what it has made of the record', () => {
  const FOUND = { presence: 'present', body: '{}', shown: false } as const;

  it('P1: unchanged, exact, or mapped with the members that it lacks', () => {
    const dropped = ['etag'];
    const findings = {
      a: FOUND,
      b: { ...FOUND, dropped },
      c: FOUND,
      d: { presence: 'absent' },
    } as const;
    const play = new Play({ op: 'delete', ensure: true, nodes: ['a', 'b', 'c', 'd'] });
    play.take({ kind: 'driven' });
    play.saga = evolve(play.saga, { kind: 'began', at: NOW, findings }, TOKENS);
    play.act();
    play.answer('a', 'applied');
    play.answer('b', 'applied');
    play.answer('c', 'refused');
    play.act();
    play.answer('a', 'applied');
    expect(play.settlement('b', 'applied')).toMatchObject({
      state: 'rolled_back',
      nodes: {
        a: { restored: 'exact' },
        b: { restored: 'mapped', dropped },
        c: { restored: 'unchanged' },
        d: { restored: 'unchanged' },
      },
    });
  });

  it('P1: exact, where the node made the record again later than it answered', () => {
    const play = deleting({ policy: { ...TOKENS, defers: true } });
    play.answer('a', 'applied');
    play.answer('b', 'refused');
    play.act();
    play.answer('a', 'deferred');
    play.tick(play.node('a').dueAt);
    expect(play.act()).toContain('a: read');
    expect(play.settlement('a', 'present')).toMatchObject({
      state: 'rolled_back',
      nodes: { a: { restored: 'exact' }, b: { restored: 'unchanged' } },
    });
  });
});
