/** The laws of the core, over random walks through every legal order of inputs. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Input } from '../../src/core/context.ts';
import { decide } from '../../src/core/decide.ts';
import { evolve } from '../../src/core/evolve.ts';
import { type Entry, isDurable, type Saga } from '../../src/core/model.ts';
import { isSettled, TRANSITIONS } from '../../src/core/transitions.ts';
import { answerOf, contextOf } from './builders.ts';
import { type Course, type Trail, walk } from './walk.ts';

const COURSES: fc.Arbitrary<Course> = fc.record({
  op: fc.constantFrom('create', 'delete'),
  ensure: fc.boolean(),
  tokens: fc.boolean(),
  nodes: fc.integer({ min: 1, max: 4 }),
  inherits: fc.boolean(),
  choices: fc.array(fc.nat({ max: 1_000_000 }), { maxLength: 120, size: 'max' }),
});

/** fast-check prints seed and course of a walk that breaks the law. */
function everyWalk(law: (trail: Trail) => void): void {
  fc.assert(
    fc.property(COURSES, (course) => law(walk(course))),
    { numRuns: 1000 },
  );
}

function isAsking(saga: Saga): boolean {
  return saga.nodes.some((node) => node.running !== undefined);
}

function isUnderWay(state: Saga['state']): boolean {
  return state === 'applying' || state === 'compensating';
}

describe('decide and evolve', () => {
  it('P1: never throw, whatever comes in a legal order, and end where the table allows', () => {
    const seen = new Set<string>();
    everyWalk(({ steps, last }) => {
      for (const { before, after } of steps) {
        const path = [before.state, after.state];
        const direct =
          before.state === after.state || TRANSITIONS[before.state].includes(after.state);
        // One input may, for example, begin a command and refuse it: two steps of the table.
        const twice = TRANSITIONS[before.state].some((via) =>
          TRANSITIONS[via].includes(after.state),
        );
        expect(direct || twice, path.join(' → ')).toBe(true);
      }
      seen.add(last.state);
    });
    // The walks reach every state; otherwise the laws below say little.
    expect([...seen].sort()).toEqual(Object.keys(TRANSITIONS).sort());
  });

  it('a settled saga is absorbing: it answers nothing and takes nothing', () => {
    const inputs: readonly Input[] = [
      { kind: 'driven' },
      { kind: 'resumed', inherited: { a: 0 } },
      { kind: 'ticked' },
      { kind: 'cancel' },
      { kind: 'retry' },
      { kind: 'abandon' },
      { kind: 'answered', node: 'a', answer: answerOf('lost') },
    ];
    everyWalk(({ last, policy, steps }) => {
      if (!isSettled(last.state)) return;
      for (const input of inputs) expect(decide(last, input, contextOf({ policy }))).toEqual([]);
      for (const entry of steps.flatMap((step) => step.entries)) {
        expect(() => evolve(last, entry, policy)).toThrow(`after ${last.state}`);
      }
    });
  });

  it('settle once, and last', () => {
    everyWalk(({ steps }) => {
      const entries = steps.flatMap((step) => step.entries);
      const at = entries.findIndex((entry) => entry.kind === 'settled');
      expect(at === -1 || at === entries.length - 1).toBe(true);
    });
  });

  it('are deterministic, and leave what they are given as it was', () => {
    everyWalk(({ steps, policy }) => {
      for (const { before, input } of steps) {
        freeze(before);
        const context = contextOf({ policy, now: 2000, random: () => 0.25 });
        const entries = decide(before, input, context);
        expect(decide(before, input, context)).toEqual(entries);
        for (const entry of entries.slice(0, 1)) evolve(before, freeze(entry), policy);
      }
    });
  });

  it('P4: the goal never turns while exchanges run', () => {
    everyWalk(({ steps, policy }) => {
      for (const { before, entries } of steps) {
        let saga = before;
        for (const entry of entries) {
          if (entry.kind === 'turned') expect(isAsking(saga)).toBe(false);
          if (entry.kind === 'node_turned') {
            expect(saga.nodes.find((node) => node.name === entry.node)?.running).toBeUndefined();
          }
          saga = evolve(saga, entry, policy);
        }
      }
    });
  });

  it('P5: a compensation ends rolled back, or abandoned by an operator', () => {
    everyWalk(({ steps }) => {
      for (const { before, input, after } of steps) {
        if (before.state !== 'compensating' || !isSettled(after.state)) continue;
        if (after.state === 'abandoned')
          expect(before.abandoning || input.kind === 'abandon').toBe(true);
        else expect(after.state).toBe('rolled_back');
      }
    });
  });

  it('P5: is flagged once, and not before its time', () => {
    everyWalk(({ steps, policy }) => {
      const entries = steps.flatMap((step) => step.entries);
      const turned = entries.find((entry) => entry.kind === 'turned');
      const flags = entries.filter((entry) => entry.kind === 'stuck');
      expect(flags.length).toBeLessThanOrEqual(1);
      for (const { at } of flags) {
        expect(at).toBeGreaterThanOrEqual((turned?.at ?? Number.NaN) + policy.stuckAfterMs);
      }
    });
  });
});

describe('recovery', () => {
  it('P2: the durable entries alone make the same state, reason, flag and directions', () => {
    everyWalk(({ crashes }) => {
      for (const { live, folded } of crashes) {
        const durable = ({ state, reason, stuck, turnedAt, nodes }: Saga) => ({
          state,
          reason,
          stuck,
          turnedAt,
          directions: nodes.map((node) => node.direction),
          // Without an intent the findings of a survey are lost, and made again.
          findings: isUnderWay(state) ? nodes.map((node) => node.finding) : [],
        });
        expect(durable(folded)).toEqual(durable(live));
      }
    });
  });

  it('P4.5: every request that a crash may have caught is loose afterwards', () => {
    everyWalk(({ crashes, steps, policy }) => {
      const resumptions = steps.filter((step) => step.input.kind === 'resumed');
      for (const [index, { live }] of crashes.entries()) {
        const after = resumptions[index]?.after;
        if (after === undefined || isSettled(live.state)) continue;
        for (const [place, node] of live.nodes.entries()) {
          if (node.running === undefined || node.running.kind === 'read') continue;
          const effect = node.running.kind === 'create' ? 'present' : 'absent';
          const loose = after.nodes[place]?.loose.filter((one) => one.effect === effect) ?? [];
          expect(Math.max(...loose.map((one) => one.until))).toBeGreaterThan(policy.quiesceMs);
          expect(after.nodes[place]?.mayHaveChanged).toBe(true);
        }
      }
    });
  });
});

describe('react', () => {
  it('P2: sends nothing that changes a node while the command is only accepted', () => {
    everyWalk(({ reactions }) => {
      for (const { saga, effects } of reactions) {
        if (saga.state !== 'accepted') continue;
        for (const effect of effects) {
          if (effect.kind === 'exchange') expect(effect.request.kind).toBe('read');
        }
      }
    });
  });

  it('asks every node at most once at a time, and none when there is nothing left to do', () => {
    everyWalk(({ reactions }) => {
      for (const { saga, effects } of reactions) {
        const asked = effects.flatMap((effect) =>
          effect.kind === 'exchange' ? [effect.node] : [],
        );
        expect(new Set(asked).size).toBe(asked.length);
        for (const node of saga.nodes) {
          if (node.running !== undefined) expect(asked).not.toContain(node.name);
        }
        if (isSettled(saga.state)) expect(effects).toEqual([]);
      }
    });
  });

  it('P9: leaves no open saga without an exchange or a time to come back', () => {
    everyWalk(({ reactions }) => {
      for (const { saga, effects } of reactions) {
        if (isSettled(saga.state)) continue;
        const waits = effects.some((effect) => effect.kind !== 'abort');
        // A stuck compensation needs no clock for the flag, but then something runs or is due.
        expect(waits || isAsking(saga)).toBe(true);
      }
    });
  });

  it('P9: comes back at once only if time alone has changed what follows', () => {
    everyWalk(({ reactions, policy }) => {
      for (const { saga, now, effects } of reactions) {
        const late = effects.some((effect) => effect.kind === 'wait' && effect.until <= now);
        if (!late) continue;
        const entries: readonly Entry[] = decide(
          saga,
          { kind: 'ticked' },
          contextOf({ now, policy }),
        );
        expect(entries.some(isDurable)).toBe(true);
      }
    });
  });
});

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) freeze(part);
  }
  return value;
}
