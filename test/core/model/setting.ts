/** The plan of one history, drawn from its seed: the cluster, the faults, the commands. */

import type { Policy } from '../../../src/core/context.ts';
import type { Command, Operation } from '../../../src/core/model.ts';
import { formatToken } from '../../../src/core/token.ts';
import type { Prng } from './prng.ts';

/** From here on there are no faults, and all commands must settle. */
export const CALM_FROM = 260;
/** From here on an operator gives up commands that can never end. */
export const GIVEN_UP_FROM = CALM_FROM + 400;
/** Until here all commands must have settled. */
export const SETTLED_BY = CALM_FROM + 1500;
/** Steps of virtual time; the real settings are milliseconds. */
const QUIESCE = 20;

export type Dialect = 'hidden' | 'shown' | 'mixed' | 'challenge';

/** The answer of a node to the delete of a missing record. */
export type Missing = 'gone' | 'applied' | 'perhaps';

export interface Faults {
  /** Of an exchange. */
  readonly rate: number;
  readonly kinds: readonly FaultKind[];
  /** At each point where a crash makes a difference. */
  readonly crashRate: number;
  /** One node that is worse than the others. */
  readonly worst: number;
  readonly worstRate: number;
}

export type FaultKind =
  | 'unsent'
  | 'unsureBefore'
  | 'unsureAfter'
  | 'lostBefore'
  | 'lostAfter'
  | 'lostLate'
  | 'perhaps'
  | 'refused'
  | 'unreadable'
  | 'unproven'
  | 'misnamed';

const FAULT_KINDS: readonly FaultKind[] = [
  'unsent',
  'unsureBefore',
  'unsureAfter',
  'lostBefore',
  'lostAfter',
  'lostLate',
  'perhaps',
  'refused',
  'unreadable',
  'unproven',
  'misnamed',
];

/**
 * Some rules matter only where much comes together. `doubt`: nodes that are driven back and forth,
 * with crashes between. `heirs`: commands that follow one another while requests of the one before
 * may still land, and another client acts between them.
 */
type Focus = 'none' | 'doubt' | 'heirs';

const FOCI: readonly Focus[] = ['none', 'none', 'none', 'none', 'none', 'none', 'doubt', 'heirs'];
const FOCUSED_KINDS: Readonly<Record<Focus, readonly FaultKind[]>> = {
  none: FAULT_KINDS,
  doubt: ['unsureBefore', 'unsureAfter', 'lostAfter', 'lostLate'],
  heirs: ['unsureAfter', 'lostAfter', 'lostLate', 'refused'],
};
const DIALECTS: readonly Dialect[] = [
  'hidden',
  'hidden',
  'shown',
  'mixed',
  'challenge',
  'challenge',
];

/** A client's or operator's act on a command, or another client's on a node. */
export interface Act {
  readonly at: number;
  readonly kind: 'cancel' | 'retry' | 'abandon' | 'foreign';
  /** Of the first three: the command's place in the order of acceptance. */
  readonly target: number;
}

export interface Setting {
  readonly seed: number;
  readonly dialect: Dialect;
  readonly nodes: readonly string[];
  /** By node: whether a read tells the owner mark. */
  readonly shows: readonly boolean[];
  readonly missing: Missing;
  /** Reads show an entity tag, and deletes are guarded by it: equal for equal records. */
  readonly tags: boolean;
  readonly policy: Policy;
  readonly requestTimeout: number;
  readonly faults: Faults;
  /** Foreign records that exist from the start, by node. */
  readonly standing: readonly boolean[];
  readonly commands: readonly Command[];
  readonly acts: readonly Act[];
  readonly crashesAt: readonly number[];
}

const NAMES = ['node01', 'node02', 'node03', 'node04'];

export function drawSetting(seed: number, prng: Prng): Setting {
  const nodes = NAMES.slice(0, prng.pick([1, 2, 2, 3, 3, 3, 4]));
  const focus = prng.pick(FOCI);
  const dialect = focus === 'doubt' ? 'hidden' : prng.pick(DIALECTS);
  const count = focus === 'heirs' ? 4 : prng.pick([1, 2, 2, 3, 4]);
  const commands = drawCommands(prng, { nodes, count, focus });
  return {
    seed,
    dialect,
    nodes,
    shows: nodes.map(() => dialect === 'shown' || (dialect === 'mixed' && prng.chance(0.5))),
    missing: dialect === 'challenge' ? prng.pick<Missing>(['gone', 'applied', 'perhaps']) : 'gone',
    // By the seed, as `defers`.
    tags: dialect === 'challenge' && seed % 3 === 0,
    policy: {
      tokens: dialect !== 'challenge',
      restores: prng.chance(0.75),
      // Drawn apart, so that all other draws stay the same.
      defers: seed % 5 === 0,
      quiesceMs: QUIESCE,
      backoffBaseMs: 2,
      backoffCapMs: prng.pick([2, 8]),
      retryAfterCapMs: 10,
      stuckAfterMs: prng.pick([0, 40]),
    },
    requestTimeout: prng.pick([4, 8, 20]),
    faults: drawFaults(prng, nodes, focus),
    standing: drawStanding(
      prng,
      nodes,
      commands[0]?.op === 'delete' ? [0.5, 1, 1] : [0, 0, 0.5, 1],
    ),
    commands,
    acts: drawActs(prng, count, focus),
    crashesAt: Array.from({ length: prng.pick([0, 0, 1, 2]) }, () => prng.between(0, CALM_FROM)),
  };
}

function drawFaults(prng: Prng, nodes: readonly string[], focus: Focus): Faults {
  const rate = focus !== 'none' ? 0.4 : prng.pick([0, 0.05, 0.2, 0.4, 0.7]);
  const kinds = FOCUSED_KINDS[focus].filter(() => prng.chance(focus === 'heirs' ? 1 : 0.6));
  return {
    rate: kinds.length === 0 ? 0 : rate,
    kinds,
    crashRate: focus === 'doubt' ? 0.03 : focus === 'heirs' ? 0.003 : prng.pick([0, 0, 0.01, 0.03]),
    worst: prng.between(0, nodes.length - 1),
    worstRate: kinds.length === 0 ? 0 : Math.max(rate, prng.pick([0, 0, 0.5, 0.95])),
  };
}

function drawStanding(prng: Prng, nodes: readonly string[], shares: readonly number[]): boolean[] {
  const share = prng.pick(shares);
  return nodes.map(() => prng.chance(share));
}

function drawCommands(
  prng: Prng,
  { nodes, count, focus }: { nodes: readonly string[]; count: number; focus: Focus },
): Command[] {
  const commands: Command[] = [];
  const pause = focus === 'heirs' ? 12 : prng.pick([5, 40, 80]);
  const hasty = prng.chance(0.5);
  let acceptedAt = 0;
  let op = prng.pick<Operation>(['create', 'delete']);
  for (let index = 0; index < count; index++) {
    acceptedAt += prng.between(0, pause);
    const deadlineAt =
      acceptedAt + (hasty ? prng.pick([prng.between(1, 30), prng.between(20, 80), 2000]) : 2000);
    commands.push({
      seq: index + 1,
      id: `c${index + 1}`,
      op,
      groupId: '5',
      ensure: prng.chance(0.35),
      lane: 'interactive',
      token: formatToken(1_700_000_000_000_000 + index),
      nodes,
      acceptedAt,
      deadlineAt,
    });
    if (prng.chance(focus === 'heirs' ? 0.1 : 0.7)) op = op === 'create' ? 'delete' : 'create';
  }
  return commands;
}

function drawActs(prng: Prng, count: number, focus: Focus): Act[] {
  const acts: Act[] = [];
  const until = focus === 'heirs' ? 80 : CALM_FROM;
  const some = (kind: Act['kind'], upTo: number) => {
    for (let left = prng.between(0, upTo); left > 0; left--) {
      acts.push({ at: prng.between(0, until), kind, target: prng.between(0, count - 1) });
    }
  };
  if (prng.chance(0.2)) some('cancel', 2);
  if (prng.chance(0.15)) some('retry', 2);
  if (prng.chance(0.15)) some('abandon', 16);
  if (focus === 'heirs') some('foreign', 20);
  else if (prng.chance(0.4)) some('foreign', prng.pick([2, 4, 10]));
  return acts;
}
