/** Builders for the tests of the core: commands, policies, nodes, and a saga driven by the test. */

import type { Context, Effect, Input, Policy } from '../../src/core/context.ts';
import { decide } from '../../src/core/decide.ts';
import { evolve } from '../../src/core/evolve.ts';
import type {
  Command,
  Entry,
  Finding,
  NodeReply,
  NodeReplyKind,
  NodeRequest,
  NodeState,
  Saga,
} from '../../src/core/model.ts';
import { type KeyHistory, openSaga } from '../../src/core/open-saga.ts';
import { react } from '../../src/core/react.ts';

export const OWN = '1700000000.000001';
export const OTHER = '1600000000.000009';
export const NOW = 1000;
export const QUIESCE = 5000;
export const DEADLINE = 30_000;

export const TOKENS: Policy = {
  tokens: true,
  restores: true,
  quiesceMs: QUIESCE,
  backoffBaseMs: 100,
  backoffCapMs: 2000,
  retryAfterCapMs: 3000,
  stuckAfterMs: 60_000,
};
export const CHALLENGE: Policy = { ...TOKENS, tokens: false };

export function commandOf(more: Partial<Command> = {}): Command {
  return {
    seq: 1,
    id: 'c1',
    op: 'create',
    groupId: '5',
    ensure: false,
    lane: 'interactive',
    token: OWN,
    nodes: ['a', 'b'],
    acceptedAt: 0,
    deadlineAt: DEADLINE,
    ...more,
  };
}

export function contextOf(more: Partial<Context> = {}): Context {
  return { now: NOW, random: () => 0.5, policy: TOKENS, ...more };
}

export const FOUND: Finding = { presence: 'present', body: '{"groupId":"5"}', shown: false };
export const ABSENT: Finding = { presence: 'absent' };

export function answerOf(kind: NodeReplyKind, more: Partial<NodeReply> = {}): NodeReply {
  const body = kind === 'present' ? { body: '{"groupId":"5"}' } : {};
  return { kind, detail: kind, ...body, ...more };
}

/** The state of a node before its first request. */
export function nodeOf(more: Partial<NodeState> = {}): NodeState {
  const [node] = openSaga(commandOf({ nodes: ['a'] })).nodes;
  if (node === undefined) throw new Error('a saga without nodes');
  return { ...node, ...more };
}

/** One saga, driven by hand: its effects run on request, with the answers of the test. */
export class Play {
  saga: Saga;
  now = NOW;
  readonly policy: Policy;

  constructor(
    command: Partial<Command> = {},
    { policy = TOKENS, history = {} }: { policy?: Policy; history?: KeyHistory } = {},
  ) {
    this.policy = policy;
    this.saga = openSaga(commandOf(command), history);
  }

  get context(): Context {
    return contextOf({ now: this.now, policy: this.policy });
  }

  /** Takes an input; returns the kinds of the entries that follow, the plain progress apart. */
  take(input: Input): string[] {
    const entries = decide(this.saga, input, this.context);
    for (const entry of entries) this.fold(entry);
    return entries.map((entry) => entry.kind).filter((kind) => kind !== 'progressed');
  }

  fold(entry: Entry): void {
    this.saga = evolve(this.saga, entry, this.policy);
  }

  /** Begins the exchanges that are due; returns the effects, as short texts. */
  act(): string[] {
    const effects = react(this.saga, this.context);
    for (const effect of effects) {
      if (effect.kind !== 'exchange') continue;
      this.fold({ kind: 'sent', node: effect.node, request: effect.request });
    }
    return effects.map(tell);
  }

  answer(node: string, kind: NodeReplyKind, more: Partial<NodeReply> = {}): string[] {
    return this.take({ kind: 'answered', node, answer: answerOf(kind, more) });
  }

  /** The settlement that follows from such an answer of a node; the saga is not changed. */
  settlement(node: string, kind: NodeReplyKind = 'applied'): Entry | undefined {
    const input = { kind: 'answered', node, answer: answerOf(kind) } as const;
    return decide(this.saga, input, this.context).find((entry) => entry.kind === 'settled');
  }

  /** Moves the time forward, by default to the next wait; then the saga gets a tick. */
  tick(now: number): string[] {
    this.now = now;
    return this.take({ kind: 'ticked' });
  }

  /** Requests that were sent before may land until `QUIESCE` from now. */
  resume(): string[] {
    const until = this.now + QUIESCE;
    const inherited = Object.fromEntries(this.saga.nodes.map(({ name }) => [name, until]));
    return this.take({ kind: 'resumed', inherited });
  }

  node(name: string): NodeState {
    const node = this.saga.nodes.find((one) => one.name === name);
    if (node === undefined) throw new Error(`no node ${name}`);
    return node;
  }
}

/** A create on a and b that has begun, both requests sent. */
export function creating(command = {}, options = {}): Play {
  const play = new Play(command, options);
  play.take({ kind: 'driven' });
  play.act();
  return play;
}

/** A delete whose survey found the record everywhere, both requests sent. */
export function deleting(options: ConstructorParameters<typeof Play>[1] = {}, found = {}): Play {
  const play = new Play({ op: 'delete' }, options);
  play.take({ kind: 'driven' });
  play.act();
  play.answer('a', 'present', found);
  play.answer('b', 'present', found);
  play.act();
  return play;
}

/** `a: delete 1.5`, `wait 6000`, `a: abort`. */
function tell(effect: Effect): string {
  if (effect.kind === 'wait') return `wait ${effect.until}`;
  if (effect.kind === 'abort') return `${effect.node}: abort`;
  return `${effect.node}: ${tellRequest(effect.request)}`;
}

function tellRequest(request: NodeRequest): string {
  if (request.kind === 'read') return 'read';
  const token = request.kind === 'create' ? request.token : request.guard;
  return token === undefined ? request.kind : `${request.kind} ${token}`;
}
