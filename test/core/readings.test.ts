/** How answers to reads are handled, for any reason of the read. */
import { describe, expect, it } from 'vitest';
import type { NodeState } from '../../src/core/model.ts';
import { FOUND, NOW, OTHER, OWN } from './builders.ts';
import {
  ASKINGS,
  ask,
  type Case,
  CREATING,
  DELETE_OWN,
  DELETING,
  IN_CHALLENGE,
  JOURNALED,
  READ,
  RESTORING,
  SHOWN,
  SOON,
  UNCREATING,
} from './one-answer.ts';

describe('a read that is not complete, in every direction', () => {
  const reading = ASKINGS.map(([name, one]) => [name, { ...one, request: READ }] as const);
  const kinds = ['unreadable', 'malformed', 'unsure', 'lost', 'unsent', 'refused'] as const;
  it.for(reading)('%s: is repeated as it was, and makes nothing loose', ([, one]) => {
    for (const next of ['clarify', 'verify'] as const) {
      for (const kind of kinds) {
        const before = { ...one.node, next, createInDoubt: false };
        const { node, turned } = ask({ ...one, node: before }, kind);
        expect(node).toMatchObject({ ...before, verdict: 'open', loose: [], dueAt: SOON });
        expect(turned).toEqual([]);
      }
    }
  });
});

describe('a read after a create that was answered 400', () => {
  const clarifying: Case = { ...CREATING, request: READ, node: { next: 'clarify' } };
  const doubtful: Case = {
    ...clarifying,
    node: { next: 'clarify', createInDoubt: true, mayHaveChanged: true },
  };

  it('finds nothing: the attempt failed, repeat it', () => {
    const { node } = ask(clarifying, 'absent');
    expect(node).toMatchObject({ verdict: 'open', next: 'mutate', belief: 'absent', dueAt: SOON });
  });

  it('finds our token: applied', () => {
    const { node } = ask(clarifying, 'present', { token: OWN });
    expect(node).toMatchObject({ verdict: 'reached', mayHaveChanged: true, owner: OWN });
    expect(ask(clarifying, 'present', { token: '1700000000.0000010' }).node.verdict).toBe(
      'reached',
    );
  });

  it('finds another token: foreign, in doubt or not', () => {
    expect(ask(clarifying, 'present', { token: OTHER }).node).toMatchObject({
      verdict: 'foreign',
      mayHaveChanged: false,
    });
    expect(ask(doubtful, 'present', { token: OTHER }).node).toMatchObject({
      verdict: 'foreign',
      mayHaveChanged: true,
    });
  });

  it('finds a record that shows no token, none of ours in doubt: foreign', () => {
    expect(ask(clarifying, 'present').node).toMatchObject({
      verdict: 'foreign',
      mayHaveChanged: false,
    });
  });

  it('finds a record that shows no token, one of ours in doubt: own or foreign, drive it back', () => {
    const { node, turned } = ask(doubtful, 'present');
    expect(turned).toEqual(['prior']);
    expect(node).toMatchObject({
      direction: 'prior',
      verdict: 'open',
      next: 'mutate',
      selfChecked: true,
    });
  });

  it('finds a record that shows no token, one of ours in doubt, with ensure: any will do', () => {
    const { node } = ask({ ...doubtful, command: { ensure: true } }, 'present');
    expect(node).toMatchObject({ verdict: 'reached', mayHaveChanged: true });
  });

  it('without tokens: foreign if none of ours is in doubt, else ours', () => {
    expect(ask({ ...clarifying, ...IN_CHALLENGE }, 'present').node).toMatchObject({
      verdict: 'foreign',
      mayHaveChanged: false,
    });
    expect(ask({ ...doubtful, ...IN_CHALLENGE }, 'present').node).toMatchObject({
      verdict: 'reached',
      mayHaveChanged: true,
    });
  });

  it('P4.2: what it finds while one of ours may still land is reported as unknown', () => {
    const loose = [{ effect: 'present', token: OWN, until: NOW + 10 }] as const;
    const { node } = ask({ ...doubtful, node: { ...doubtful.node, loose } }, 'absent');
    expect(node.belief).toBe('unknown');
  });
});

describe('own or foreign: one node driven back while the saga applies', () => {
  const cleansing: Case = {
    ...CREATING,
    direction: 'prior',
    compensating: false,
    request: DELETE_OWN,
    node: { mayHaveChanged: true, createInDoubt: true, selfChecked: true },
  };
  const looking: Case = {
    ...cleansing,
    request: READ,
    node: { ...cleansing.node, next: 'verify' },
  };

  it.for(['applied', 'gone'] as const)('the guarded delete is answered (%s): then read', (kind) => {
    expect(ask(cleansing, kind).node).toMatchObject({ verdict: 'open', next: 'verify', dueAt: 0 });
  });

  it('it is refused: the doubt stays, so repeat', () => {
    expect(ask(cleansing, 'refused').node).toMatchObject({ verdict: 'open', dueAt: SOON });
  });

  it('gone: create again, with no doubt left', () => {
    const { node, turned } = ask(looking, 'absent');
    expect(turned).toEqual(['want']);
    expect(node).toMatchObject({
      direction: 'want',
      verdict: 'open',
      next: 'mutate',
      createInDoubt: false,
      mayHaveChanged: false,
    });
  });

  it('still there after 200 or 404, without a token or with another: foreign, and as it was', () => {
    for (const token of [{}, { token: OTHER }]) {
      const { node, turned } = ask(looking, 'present', token);
      expect(node).toMatchObject({
        verdict: 'foreign',
        mayHaveChanged: false,
        createInDoubt: false,
      });
      expect(turned).toEqual([]);
    }
  });

  it('still there with our token: delete again', () => {
    const { node } = ask(looking, 'present', { token: OWN });
    expect(node).toMatchObject({ verdict: 'open', next: 'mutate', dueAt: SOON });
  });

  it('still there after a delete that was answered 400: delete again', () => {
    const perhaps = { ...looking, node: { ...looking.node, next: 'clarify' as const } };
    expect(ask(perhaps, 'present').node).toMatchObject({ verdict: 'open', next: 'mutate' });
  });
});

describe("a read in a create's rollback", () => {
  const looking: Case = {
    ...UNCREATING,
    request: READ,
    node: { mayHaveChanged: true, next: 'verify' },
  };

  it('finds nothing: the node is as before', () => {
    expect(ask(looking, 'absent').node).toMatchObject({ verdict: 'reached', belief: 'absent' });
  });

  it("finds another's record after the 404: leave it, the node is as before", () => {
    for (const token of [{}, { token: OTHER }]) {
      const { node } = ask(looking, 'present', token);
      expect(node).toMatchObject({ verdict: 'reached', belief: 'present' });
    }
  });

  it('finds ours: delete again', () => {
    const { node } = ask(looking, 'present', { token: OWN });
    expect(node).toMatchObject({ verdict: 'open', next: 'mutate', dueAt: SOON });
  });

  it('finds a record after a 400, or without tokens at all: delete again', () => {
    const perhaps = { ...looking, node: { ...looking.node, next: 'clarify' as const } };
    expect(ask(perhaps, 'present').node).toMatchObject({ verdict: 'open', next: 'mutate' });
    expect(ask({ ...perhaps, ...IN_CHALLENGE }, 'present').node.next).toBe('mutate');
  });
});

describe('a read after a delete', () => {
  const looking = (finding: NodeState['finding'], next: NodeState['next']): Case => ({
    ...DELETING,
    request: READ,
    node: { finding, next },
  });

  it('finds nothing: gone', () => {
    for (const next of ['clarify', 'verify'] as const) {
      const { node } = ask(looking(SHOWN, next), 'absent');
      expect(node).toMatchObject({ verdict: 'reached', belief: 'absent', mayHaveChanged: true });
    }
  });

  it('finds the record that the guard means: delete again', () => {
    const { node } = ask(looking(SHOWN, 'verify'), 'present', { token: OTHER });
    expect(node).toMatchObject({ verdict: 'open', next: 'mutate', guardDisproved: false });
  });

  it('finds the record of another owner: leave it, and roll back', () => {
    const { node } = ask(looking(SHOWN, 'clarify'), 'present', { token: OWN });
    expect(node).toMatchObject({ verdict: 'foreign', mayHaveChanged: false });
    expect(ask(looking(SHOWN, 'verify'), 'present').node.verdict).toBe('foreign');
  });

  it("finds a record after a 404 to the journal's token: that was wrong, and it continues unguarded", () => {
    const { node } = ask(looking(JOURNALED, 'verify'), 'present');
    expect(node).toMatchObject({ verdict: 'open', next: 'mutate', guardDisproved: true });
  });

  it("finds a record after a 400 to the journal's token: that proves nothing, repeat", () => {
    const { node } = ask(looking(JOURNALED, 'clarify'), 'present');
    expect(node).toMatchObject({ verdict: 'open', next: 'mutate', guardDisproved: false });
  });

  it('finds a record after an unguarded delete: repeat', () => {
    expect(ask(looking(FOUND, 'clarify'), 'present').node.next).toBe('mutate');
  });
});

describe("a read in a delete's rollback", () => {
  const looking: Case = {
    ...RESTORING,
    request: READ,
    node: { mayHaveChanged: true, next: 'clarify' },
  };

  it('finds a record, of whatever owner: restored', () => {
    expect(ask(looking, 'present', { token: OTHER }).node).toMatchObject({
      verdict: 'reached',
      owner: OTHER,
    });
    const known = { ...looking, node: { ...looking.node, finding: JOURNALED } };
    expect(ask(known, 'present').node).toMatchObject({ verdict: 'reached', owner: OTHER });
  });

  it("does not hand on a journal's token that was proved wrong", () => {
    const wrong = { ...looking.node, finding: JOURNALED, guardDisproved: true };
    expect(ask({ ...looking, node: wrong }, 'present').node.owner).toBeUndefined();
  });

  it('finds nothing: create again', () => {
    expect(ask(looking, 'absent').node).toMatchObject({ verdict: 'open', next: 'mutate' });
  });
});
