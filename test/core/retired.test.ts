import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/core/context.ts';
import { advance } from '../../src/core/decide.ts';
import { evolve } from '../../src/core/evolve.ts';
import type { Command, NodeReply, NodeReplyKind } from '../../src/core/model.ts';
import { openSaga } from '../../src/core/open-saga.ts';
import { react } from '../../src/core/react.ts';
import { commandOf, contextOf, Play, TOKENS } from './builders.ts';

/** A saga of three nodes that an executor has just got. */
class Course extends Play {
  constructor(command: Partial<Command>, policy: Policy = TOKENS) {
    super({ nodes: ['a', 'b', 'c'], ...command }, { policy });
    this.take({ kind: 'driven' });
  }

  /** Sends what is owed. @returns the nodes that are asked, and, with a minus, those whose exchange is given up */
  send(): readonly string[] {
    return react(this.saga, this.context).flatMap((effect) => {
      if (effect.kind === 'abort') return [`-${effect.node}`];
      if (effect.kind === 'wait') return [];
      const { node, request } = effect;
      this.fold({ kind: 'sent', node, request });
      return [node];
    });
  }

  hears(node: string, kind: NodeReplyKind, more: Partial<NodeReply> = {}): this {
    this.answer(node, kind, more);
    return this;
  }

  retire(node: string): this {
    this.take({ kind: 'retire', node });
    return this;
  }

  at(now: number): this {
    this.tick(now);
    return this;
  }
}

/** The settlement that follows from an input. */
function settlementAfter(course: Course, input: Parameters<typeof advance>[1]) {
  const { entries } = advance(course.saga, input, course.context);
  return entries.find(({ kind }) => kind === 'settled');
}

describe('a retired node', () => {
  test('P1: is no part of a create: the others commit, and nothing is said of it but what is known', () => {
    const course = new Course({ op: 'create' });
    course.send();
    course.hears('a', 'applied').hears('c', 'applied').hears('b', 'unsent');
    expect(course.saga.state).toBe('applying');
    expect(settlementAfter(course, { kind: 'retire', node: 'b' })).toMatchObject({
      state: 'committed',
      nodes: {
        a: { state: 'present' },
        b: { state: 'unknown', retired: true, lastResponse: 'unsent' },
        c: { state: 'present' },
      },
    });
  });

  test('P4.2: its exchange is given up first, and what may still land there is remembered', () => {
    const course = new Course({ op: 'create' });
    course.send();
    course.hears('a', 'applied').hears('c', 'applied').retire('b');
    expect(course.saga.state).toBe('applying');
    expect(course.send()).toEqual(['-b']);
    const lost = {
      kind: 'answered',
      node: 'b',
      answer: { kind: 'lost', detail: 'given up' },
    } as const;
    expect(settlementAfter(course, lost)).toMatchObject({
      state: 'committed',
      nodes: { b: { state: 'unknown', retired: true } },
      loose: { b: [{ effect: 'present' }] },
    });
  });

  test('P1, P5: no longer holds up a rollback; its record is not called gone', () => {
    const course = new Course({ op: 'create', deadlineAt: 2000 });
    course.send();
    course.hears('a', 'applied').hears('b', 'applied').hears('c', 'refused');
    expect(course.saga.state).toBe('compensating');
    course.send();
    course.hears('a', 'applied').hears('b', 'unsent');
    expect(course.saga.state).toBe('compensating');
    expect(settlementAfter(course, { kind: 'retire', node: 'b' })).toMatchObject({
      state: 'rolled_back',
      reason: 'node_refused',
      nodes: { a: { state: 'absent' }, b: { state: 'present', retired: true } },
    });
  });

  test('P1: is asked nothing any more, not even to roll back', () => {
    const course = new Course({ op: 'create', deadlineAt: 2000 });
    course.send();
    course.hears('a', 'applied').hears('b', 'unsure').hears('c', 'unsure').retire('b').at(2000);
    expect(course.saga.state).toBe('compensating');
    expect(course.send().toSorted()).toEqual(['a', 'c']);
  });

  test('P1: alone changed by a create: that is rolled back, not refused', () => {
    const course = new Course({ op: 'create', deadlineAt: 2000 });
    course.send();
    course.hears('a', 'unsent').hears('b', 'applied').hears('c', 'unsent').retire('b').at(2000);
    expect(course.saga).toMatchObject({ state: 'rolled_back', reason: 'deadline' });
  });

  test('is not surveyed, and a survey of it that runs is given up', () => {
    const course = new Course({ op: 'delete' });
    expect(course.send().toSorted()).toEqual(['a', 'b', 'c']);
    const present = { body: '{}', token: '1.000001' };
    course.hears('a', 'present', present).hears('c', 'present', present).retire('b');
    expect(course.saga.state).toBe('accepted');
    expect(course.send()).toEqual(['-b']);
    course.hears('b', 'lost');
    expect(course.saga.state).toBe('applying');
    expect(course.send().toSorted()).toEqual(['a', 'c']);
    course.hears('a', 'applied');
    const last = {
      kind: 'answered',
      node: 'c',
      answer: { kind: 'applied', detail: '200' },
    } as const;
    expect(settlementAfter(course, last)).toMatchObject({
      state: 'committed',
      nodes: { b: { state: 'unknown', retired: true } },
    });
  });

  test('P1: what it has deleted for good binds the others to nothing', () => {
    const policy = { ...TOKENS, restores: false };
    const course = new Course({ op: 'delete', deadlineAt: 2000 }, policy);
    course.send();
    for (const node of ['a', 'b', 'c'])
      course.hears(node, 'present', { body: '{}', token: '1.000001' });
    expect(course.send()).toEqual(['a']);
    course.hears('a', 'unsure').retire('a').at(2000);
    expect(course.saga).toMatchObject({ state: 'refused', reason: 'deadline' });
  });

  test('P5: the last one leaves nobody to promise anything about: abandoned', () => {
    const course = new Course({ op: 'create', deadlineAt: 2000 });
    course.send();
    for (const node of ['a', 'b', 'c']) course.hears(node, 'unsure');
    course.retire('a').retire('b');
    expect(course.saga.state).toBe('applying');
    expect(course.retire('c').saga).toMatchObject({ state: 'abandoned', reason: 'cancelled' });
  });

  test('of another command changes nothing', () => {
    const course = new Course({ op: 'create' });
    expect(advance(course.saga, { kind: 'retire', node: 'z' }, course.context).entries).toEqual([]);
  });

  test('P4.5: is retired for a saga that is taken up after a restart, too', () => {
    const command = commandOf({ nodes: ['a', 'b'], op: 'create' });
    const open = openSaga(command, { retired: ['b'] });
    const begun = evolve(open, { kind: 'began', at: 1 }, TOKENS);
    const context = contextOf({ now: 1000, policy: TOKENS });
    const { saga } = advance(begun, { kind: 'resumed', inherited: { a: 1000, b: 1000 } }, context);
    expect(
      react(saga, context).flatMap((one) => (one.kind === 'exchange' ? [one.node] : [])),
    ).toEqual(['a']);
  });
});
