/**
 * A node that acts later (202): it is read until the effect shows, and asked again only when the
 * first request can no longer land.
 */
import { describe, expect, test } from 'vitest';
import { creating, deleting, NOW, OWN, QUIESCE, TOKENS } from './builders.ts';

describe('a node that will do it later (202)', () => {
  test('P4.2: it is read until it shows, and asked again only when the first can not land', () => {
    const play = creating({}, { policy: { ...TOKENS, defers: true } });
    play.answer('b', 'applied');
    play.answer('a', 'deferred');
    expect(play.saga.state).toBe('applying');
    for (let reads = 0; reads < 3; reads++) {
      play.tick(play.node('a').dueAt);
      expect(play.act()).toContain('a: read');
      play.answer('a', 'absent');
    }
    play.tick(NOW + QUIESCE);
    expect(play.act()).toContain(`a: create ${OWN}`);
    play.answer('a', 'deferred');
    play.tick(play.node('a').dueAt);
    expect(play.act()).toContain('a: read');
    play.answer('a', 'present', { token: OWN });
    expect(play.saga.state).toBe('committed');
    // A later delete of the key waits for it all the same.
    expect(play.node('a').loose).toMatchObject([{ effect: 'present', token: OWN }]);
  });

  test('P4.3: the command turns: the delete waits until the create can not land', () => {
    const play = creating({}, { policy: { ...TOKENS, defers: true } });
    play.answer('b', 'refused');
    play.answer('a', 'deferred');
    expect(play.saga.state).toBe('compensating');
    expect(play.act()).toEqual([`wait ${NOW + QUIESCE}`]);
    play.tick(NOW + QUIESCE);
    expect(play.act()).toContain(`a: delete ${OWN}`);
  });

  test('P1: of a delete that cannot be undone, an early read shows that it was done, but not that it was not', () => {
    const play = deleting({ policy: { ...TOKENS, defers: true, restores: false } });
    play.answer('a', 'deferred');
    play.tick(play.node('a').dueAt);
    expect(play.act()).toContain('a: read');
    play.answer('a', 'present');
    expect(play.node('a').mayHaveChanged).toBe(true);
    play.take({ kind: 'cancel' });
    expect(play.saga.state).toBe('applying');
    play.tick(NOW + QUIESCE);
    expect(play.act()).toContain('a: read');
    play.answer('a', 'present');
    expect(play.saga).toMatchObject({ state: 'refused', reason: 'cancelled' });
  });
});
