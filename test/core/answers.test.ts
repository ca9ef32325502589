/**
 * How answers are read: the answers to a create and to a delete, for both
 * commands, both directions and both dialects.
 */
import { describe, expect, it } from 'vitest';
import { NOW, OWN, QUIESCE } from './builders.ts';
import { ASKINGS, ask, CREATING, SOON } from './one-answer.ts';

describe('the answer to a create or delete, whatever the goal', () => {
  it.for([...ASKINGS])('%s that is answered as asked: the node is at its goal', ([, one]) => {
    const { node } = ask(one, 'applied');
    const goal = (one.request.kind === 'create') === true ? 'present' : 'absent';
    expect(node).toMatchObject({
      verdict: 'reached',
      belief: goal,
      mayHaveChanged: true,
      failures: 0,
    });
  });

  it.for([...ASKINGS])(
    '%s that is answered 400 or 409: read, at once, what it means',
    ([, one]) => {
      const before = one.node?.mayHaveChanged ?? false;
      const { node } = ask(one, 'perhaps');
      expect(node).toMatchObject({
        verdict: 'open',
        next: 'clarify',
        mayHaveChanged: before,
        dueAt: 0,
      });
      expect(node.loose).toEqual([]);
    },
  );

  it.for([...ASKINGS])(
    'P4.1: %s that is answered 408 or 5xx is in doubt, nothing is loose',
    ([, one]) => {
      const { node } = ask(one, 'unsure');
      expect(node).toMatchObject({
        verdict: 'open',
        belief: 'unknown',
        mayHaveChanged: true,
        dueAt: SOON,
      });
      expect(node.loose).toEqual([]);
      expect(node.createInDoubt).toBe(one.op === 'create' && one.request.kind === 'create');
    },
  );

  it.for([...ASKINGS])(
    '%s that is answered 503 with Retry-After waits as told, up to the cap',
    ([, one]) => {
      expect(ask(one, 'unsure', { retryAfterMs: 700 }).node.dueAt).toBe(NOW + 700);
      expect(ask(one, 'unsure', { retryAfterMs: 3_600_000 }).node.dueAt).toBe(NOW + 3000);
      expect(ask(one, 'unsure', { retryAfterMs: 1 }).node.dueAt).toBe(SOON);
    },
  );

  it.for([...ASKINGS])('P4.2: %s without a trustworthy answer is in doubt and loose', ([, one]) => {
    const { node } = ask(one, 'lost');
    expect(node).toMatchObject({
      verdict: 'open',
      belief: 'unknown',
      mayHaveChanged: true,
      dueAt: SOON,
    });
    const { request } = one;
    const until = NOW + QUIESCE;
    if (request.kind === 'create') {
      expect(node.loose).toEqual([{ effect: 'present', token: OWN, until }]);
    } else if (request.kind === 'delete' && request.guard !== undefined) {
      expect(node.loose).toEqual([{ effect: 'absent', token: request.guard, until }]);
    } else {
      expect(node.loose).toEqual([{ effect: 'absent', until }]);
    }
  });

  it.for([...ASKINGS])('%s that never left did nothing; an earlier doubt stays', ([, one]) => {
    const before = one.node?.mayHaveChanged ?? false;
    const { node } = ask(one, 'unsent');
    expect(node).toMatchObject({
      verdict: 'open',
      mayHaveChanged: before,
      createInDoubt: false,
      dueAt: SOON,
    });
    const loose = [{ effect: 'present', token: OWN, until: NOW + 10 }] as const;
    const doubtful = { ...one.node, mayHaveChanged: true, createInDoubt: true, loose };
    const { node: still } = ask({ ...one, node: doubtful }, 'unsent');
    expect(still).toMatchObject({ mayHaveChanged: true, createInDoubt: true, loose });
  });

  it.for(ASKINGS.filter(([, one]) => one.direction === 'want'))(
    '%s that is answered with another 4xx or a redirect: the node will not; an earlier doubt stays',
    ([, one]) => {
      expect(ask(one, 'refused').node).toMatchObject({ verdict: 'refused', mayHaveChanged: false });
      const doubtful = { ...one.node, mayHaveChanged: true, createInDoubt: true };
      const { node } = ask({ ...one, node: doubtful }, 'refused');
      expect(node).toMatchObject({ verdict: 'refused', mayHaveChanged: true, createInDoubt: true });
    },
  );

  it.for(ASKINGS.filter(([, one]) => one.direction === 'prior'))(
    'P5: %s that is answered with another 4xx or a redirect: back off and repeat',
    ([, one]) => {
      expect(ask(one, 'refused').node).toMatchObject({
        verdict: 'open',
        next: 'mutate',
        dueAt: SOON,
      });
    },
  );

  it.for(ASKINGS.filter(([, one]) => one.request.kind === 'delete'))(
    '%s that is answered 404: gone, unless it was guarded: then read',
    ([, one]) => {
      const guarded = one.request.kind === 'delete' && one.request.guard !== undefined;
      const { node } = ask(one, 'gone');
      if (guarded) expect(node).toMatchObject({ verdict: 'open', next: 'verify', dueAt: 0 });
      else
        expect(node).toMatchObject({ verdict: 'reached', belief: 'absent', mayHaveChanged: true });
    },
  );

  it.for(ASKINGS.filter(([, one]) => one.request.kind !== 'read'))(
    'P1: %s that is answered by a success without proof is in doubt: a read makes sure, at once',
    ([, one]) => {
      const { node } = ask(one, 'unproven');
      expect(node).toMatchObject({
        verdict: 'open',
        belief: 'unknown',
        mayHaveChanged: true,
        next: 'clarify',
        dueAt: 0,
        loose: [],
      });
    },
  );

  it.for(ASKINGS.filter(([, one]) => one.request.kind === 'create'))(
    'P1: %s that made a record of another key may still land; forward it is not repeated',
    ([, one]) => {
      const { node } = ask(one, 'misnamed');
      expect(node).toMatchObject({
        verdict: one.direction === 'want' ? 'refused' : 'open',
        belief: 'unknown',
        mayHaveChanged: true,
        createInDoubt: one.op === 'create',
        loose: [{ effect: 'present', token: OWN, until: NOW + QUIESCE }],
      });
    },
  );

  it('an answer that cannot be an answer to what was asked is an error of the program', () => {
    expect(() => ask(CREATING, 'present')).toThrow('present cannot answer a create');
    expect(() => ask({ ...CREATING, node: { running: undefined } }, 'applied')).toThrow(
      'answered what it was not asked',
    );
  });
});
