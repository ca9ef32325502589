/** Inputs that `evolve` rejects: bugs that would break a promise. */
import { describe, expect, it } from 'vitest';
import { openSaga } from '../../src/core/open-saga.ts';
import { assertTransition, isSettled, TRANSITIONS } from '../../src/core/transitions.ts';
import { ABSENT, commandOf, creating, NOW, OWN, Play } from './builders.ts';

describe('evolve', () => {
  it('P2: takes nothing that changes a node before the intent', () => {
    const request = { kind: 'create', token: OWN, body: '{}' } as const;
    expect(() => new Play().fold({ kind: 'sent', node: 'a', request })).toThrow(
      'P2: create sent to a before the intent',
    );
  });

  it('takes no second exchange with a node', () => {
    const request = { kind: 'read' } as const;
    expect(() => creating().fold({ kind: 'sent', node: 'a', request })).toThrow(
      'a second exchange',
    );
  });

  it('P4: turns nothing while it is being asked', () => {
    const play = creating();
    play.answer('b', 'applied');
    const at = NOW;
    expect(() => play.fold({ kind: 'turned', at, reason: 'deadline' })).toThrow('P4');
    const turn = { kind: 'node_turned', at, node: 'a', direction: 'prior' } as const;
    expect(() => play.fold(turn)).toThrow('P4: goal turned while a is being asked');
  });

  it('knows no node but those of the command', () => {
    const sent = { kind: 'sent', node: 'z', request: { kind: 'read' } } as const;
    expect(() => creating().fold(sent)).toThrow('no node z');
    expect(() => creating().answer('z', 'applied')).toThrow('no node z');
  });

  it('has no goal for a delete where nothing was found', () => {
    const play = new Play({ op: 'delete', nodes: ['a'] });
    play.fold({ kind: 'began', at: NOW, findings: { a: ABSENT } });
    expect(play.node('a').verdict).toBe('reached');
    play.fold({ kind: 'progressed', node: 'a', to: { ...play.node('a'), verdict: 'open' } });
    expect(() => play.act()).toThrow('no goal on a');
  });

  it('a command that names a node twice is an error: both would be asked at a time', () => {
    expect(() => openSaga(commandOf({ nodes: ['a', 'b', 'a'] }))).toThrow('names a node twice');
  });
});

describe('the table of transitions', () => {
  const states = Object.keys(TRANSITIONS) as Array<keyof typeof TRANSITIONS>;

  it('is all that evolve takes', () => {
    for (const from of states) {
      for (const to of states) {
        const legal = TRANSITIONS[from].includes(to);
        if (legal) assertTransition(from, to);
        else expect(() => assertTransition(from, to)).toThrow(`${from} → ${to}`);
      }
    }
  });

  it('P1: ends in the four ways a command can be settled', () => {
    const ends = states.filter((state) => isSettled(state));
    expect(ends.sort()).toEqual(['abandoned', 'committed', 'refused', 'rolled_back']);
  });

  it('P5: compensation leads nowhere but to rolled back, or to an operator', () => {
    expect(TRANSITIONS.compensating).toEqual(['rolled_back', 'abandoned']);
  });
});
