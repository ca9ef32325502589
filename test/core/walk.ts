/**
 * A random walk of one saga through inputs in any legal order: what an executor, however unlucky,
 * could hand to the core. No nodes are simulated, so answers need make no sense together.
 */

import type { Effect, Input, Policy } from '../../src/core/context.ts';
import { decide } from '../../src/core/decide.ts';
import { evolve } from '../../src/core/evolve.ts';
import {
  type DurableEntry,
  type Entry,
  isDurable,
  type NodeReplyKind,
  type Saga,
} from '../../src/core/model.ts';
import { openSaga } from '../../src/core/open-saga.ts';
import { react } from '../../src/core/react.ts';
import { answerOf, CHALLENGE, commandOf, OTHER, OWN, TOKENS } from './builders.ts';

/** One step of a walk: what was decided, and what that made of the saga. */
export interface Step {
  readonly before: Saga;
  readonly input: Input;
  readonly entries: readonly Entry[];
  readonly after: Saga;
}

export interface Trail {
  readonly steps: readonly Step[];
  readonly reactions: ReadonlyArray<{
    readonly saga: Saga;
    readonly now: number;
    readonly effects: readonly Effect[];
  }>;
  /** Before the first crash, and after each: what the journal held, and the live saga. */
  readonly crashes: ReadonlyArray<{ readonly live: Saga; readonly folded: Saga }>;
  readonly last: Saga;
  readonly policy: Policy;
}

/** The parts of a walk: numbers, so that fast-check can shrink it. */
export interface Course {
  readonly op: 'create' | 'delete';
  readonly ensure: boolean;
  readonly tokens: boolean;
  readonly nodes: number;
  readonly inherits: boolean;
  readonly choices: readonly number[];
}

const CHANGING: readonly NodeReplyKind[] = [
  'applied',
  'perhaps',
  'refused',
  'unsure',
  'lost',
  'unsent',
];
const READING: readonly NodeReplyKind[] = [
  'present',
  'absent',
  'refused',
  'unreadable',
  'malformed',
  'unsure',
  'lost',
  'unsent',
];

export function walk(course: Course): Trail {
  return new Walk(course).run();
}

class Walk {
  readonly #course: Course;
  readonly #policy: Policy;
  readonly #steps: Step[] = [];
  readonly #reactions: Array<Trail['reactions'][number]> = [];
  readonly #crashes: Array<Trail['crashes'][number]> = [];
  #durable: DurableEntry[] = [];
  #saga: Saga;
  #now = 1000;
  #random = 0;

  constructor(course: Course) {
    this.#course = course;
    this.#policy = course.tokens ? TOKENS : CHALLENGE;
    this.#saga = this.#open();
  }

  run(): Trail {
    this.#take({ kind: 'driven' });
    for (const choice of this.#course.choices) this.#choose(choice);
    return {
      steps: this.#steps,
      reactions: this.#reactions,
      crashes: this.#crashes,
      last: this.#saga,
      policy: this.#policy,
    };
  }

  #open(): Saga {
    const { op, ensure, nodes, inherits } = this.#course;
    const command = commandOf({ op, ensure, nodes: ['a', 'b', 'c', 'd'].slice(0, nodes) });
    const left = { effect: 'absent', token: OTHER, until: 4000 } as const;
    return openSaga(command, inherits ? { loose: { a: [left] }, tokens: { a: OTHER } } : {});
  }

  #choose(choice: number): void {
    const [kind, detail] = [choice % 16, Math.floor(choice / 16)];
    this.#random = (detail % 100) / 100;
    if (kind < 8) this.#answer(detail);
    else if (kind < 11) this.#act();
    else if (kind === 11) this.#tick(detail % 9000);
    else if (kind === 12) this.#tick(1);
    else if (kind === 13) this.#take({ kind: detail % 4 === 0 ? 'cancel' : 'retry' });
    else if (kind === 14) this.#take({ kind: detail % 2 === 0 ? 'abandon' : 'ticked' });
    else if (detail % 3 === 0) this.#crash();
  }

  #answer(detail: number): void {
    const running = this.#saga.nodes.filter((node) => node.running !== undefined);
    const node = running[detail % running.length];
    if (node?.running === undefined) return this.#act();
    const { kind: asked } = node.running;
    const rest = Math.floor(detail / 4);
    const kinds = asked === 'read' ? READING : CHANGING;
    let kind = kinds[rest % kinds.length] as NodeReplyKind;
    if (asked === 'delete' && kind === 'perhaps' && rest % 2 === 0) kind = 'gone';
    if (asked === 'delete' && kind === 'applied' && rest % 3 === 0) kind = 'unproven';
    if (asked === 'create' && kind === 'applied' && rest % 5 === 0) kind = 'unproven';
    if (asked === 'create' && kind === 'lost' && rest % 3 === 0) kind = 'misnamed';
    if (asked !== 'read' && kind === 'lost' && rest % 3 === 1) kind = 'deferred';
    const token = [{}, { token: OWN }, { token: OTHER }][rest % 3];
    const more = kind === 'present' ? token : { retryAfterMs: rest % 7000 };
    this.#take({ kind: 'answered', node: node.name, answer: answerOf(kind, more) });
  }

  #act(): void {
    const context = { now: this.#now, random: () => this.#random, policy: this.#policy };
    const effects = react(this.#saga, context);
    this.#reactions.push({ saga: this.#saga, now: this.#now, effects });
    for (const effect of effects) {
      if (effect.kind !== 'exchange') continue;
      const sent = { kind: 'sent', node: effect.node, request: effect.request } as const;
      this.#saga = evolve(this.#saga, sent, this.#policy);
    }
  }

  #tick(passed: number): void {
    this.#now += passed;
    this.#take({ kind: 'ticked' });
  }

  #take(input: Input): void {
    const before = this.#saga;
    const context = { now: this.#now, random: () => this.#random, policy: this.#policy };
    const entries = decide(before, input, context);
    for (const entry of entries) {
      this.#saga = evolve(this.#saga, entry, this.#policy);
      if (isDurable(entry)) this.#durable.push(entry);
    }
    this.#steps.push({ before, input, entries, after: this.#saga });
  }

  #crash(): void {
    const live = this.#saga;
    const folded = this.#durable.reduce<Saga>(
      (saga, entry) => evolve(saga, entry, this.#policy),
      this.#open(),
    );
    this.#crashes.push({ live, folded });
    this.#saga = folded;
    const until = this.#now + this.#policy.quiesceMs;
    this.#take({ kind: 'resumed', inherited: { a: until } });
    this.#act();
  }
}
