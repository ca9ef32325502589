/**
 * The plan of one history, drawn from its seed before it begins: cluster, sizes, faults, clients.
 * Each seed switches some faults off (swarm testing), so that no fault always hides another.
 */
import type { Outliving } from '../../src/coordinator/commands/process-life.ts';
import type { BreakerPolicy } from '../../src/core/breaker/breaker.ts';
import type { Policy } from '../../src/core/context.ts';
import type { Dialect } from '../../src/node/dialect/dialect.ts';
import { challenge } from '../../src/node/dialects/challenge.ts';
import { reliableOps } from '../../src/node/dialects/reliable-ops.ts';
import type { Prng } from '../core/model/prng.ts';
import type { Chance } from './chance.ts';
import { drawFaultPlan, type FaultPlan } from './fault-plan.ts';
import { drawPoisons, type Poison } from './poison.ts';
import { drawRetiring, FOR_EVER, type Gone } from './retiring.ts';
import { type Ask, drawWorkload } from './workload.ts';

export interface NodePlan {
  readonly name: string;
  /** A read shows the owner mark. */
  readonly shows: boolean;
  /** Its answer to the delete of a missing record. */
  readonly missing: 404 | 200 | 204 | 400;
  /** Keys of foreign records that exist from the start. */
  readonly standing: readonly string[];
}

/** Durations without faults, as ranges of ms. */
export interface Pace {
  readonly link: Range;
  /** Until a commit is durable; and from then until the daemon learns that. */
  readonly commit: Range;
  readonly confirm: Range;
  readonly read: Range;
  readonly network: Range;
}

export type Range = readonly [least: number, most: number];

export interface Plan {
  readonly seed: number;
  readonly dialect: Dialect;
  /** Reads show an entity tag, equal for equal records, and deletes are guarded by it. */
  readonly tags: boolean;
  readonly nodes: readonly NodePlan[];
  readonly keys: readonly string[];
  readonly policy: Policy;
  readonly breaker: BreakerPolicy;
  readonly requestTimeoutMs: number;
  /** By node: the time for which the kernel continues to send for a killed daemon. */
  readonly outliving: Outliving;
  readonly slowCallMs: number;
  readonly executors: number;
  readonly concurrency: number;
  readonly openMax: number;
  /** Bytes of found records in an executor: see `SurveyRoom`. */
  readonly foundBytesMax: number;
  readonly defaultDeadlineMs: number;
  /** How long settled commands are kept. */
  readonly retentionMs: number;
  readonly pace: Pace;
  readonly faults: FaultPlan;
  readonly poisons: readonly Poison[];
  readonly gone?: Gone | undefined;
  readonly asks: readonly Ask[];
  /** It ends with an audit that repairs: then all nodes match the last outcome. */
  readonly isAudited: boolean;
  /** From here on there are no faults and no new requests. */
  readonly calmAt: number;
  /** Until here all commands have settled. */
  readonly settledBy: number;
}

const FOR_EVER_MS = 10 * 365 * 24 * 3_600_000;

export function drawPlan(seed: number, chance: Chance): Plan {
  const prng = chance.of('plan');
  const tokens = prng.chance(0.7);
  const keys = ['5', '6', 'seven'].slice(0, prng.pick([1, 1, 1, 2, 3]));
  const nodes = drawNodes(prng, { tokens, keys });
  const requestTimeoutMs = prng.pick([20, 100, 400]);
  // A chance of its own: all else is as it would be without.
  const defers = chance.of('defers').chance(0.15);
  const tags = !tokens && chance.of('tags').chance(0.3);
  const policy = { ...drawPolicy(prng, { tokens, requestTimeoutMs }), defers };
  // History is pruned once a minute: such histories are long.
  const forgets = prng.chance(0.05);
  const { asks: asked, lastAt } = drawWorkload(chance, keys, forgets);
  const { gone, asks: retiring } = drawRetiring(chance, { nodes: nodes.map(nameOf), lastAt });
  const asks = [...asked, ...retiring];
  const outliving = drawOutliving(chance, nodes);
  const longestMs = Math.max(policy.quiesceMs, ...Object.values(outliving));
  const calmAt = lastAt + prng.between(0, 2 * policy.quiesceMs);
  return {
    seed,
    dialect: dialectOf(policy, tags),
    tags,
    nodes,
    keys,
    policy,
    breaker: drawBreaker(prng, requestTimeoutMs),
    requestTimeoutMs,
    outliving,
    slowCallMs: 0.8 * requestTimeoutMs,
    executors: prng.pick([1, 1, 2, 3]),
    concurrency: prng.pick([1, 2, 4]),
    openMax: prng.pick([2, 5, 1000, 1000]),
    foundBytesMax: chance.of('found bytes').pick([1, 100, 500, 2000, 64_000]),
    defaultDeadlineMs: 30_000,
    retentionMs: forgets ? prng.pick([0, 5000, 120_000]) : FOR_EVER_MS,
    pace: drawPace(prng),
    faults: withGone(
      drawFaultPlan(chance, {
        nodes: nodes.map(nameOf),
        keys,
        calmAt,
        // The age of history must not depend on the wall clock.
        jumpy: forgets ? 0.9 : 0.3,
      }),
      gone,
    ),
    poisons: drawPoisons(chance, asks),
    asks,
    gone,
    // A command that is pruned soon is no evidence for an audit.
    isAudited: prng.chance(0.3) && !forgets,
    calmAt,
    settledBy: calmAt + settlingTime(asks.length, { ...policy, longestMs }),
  };
}

/** A node that is gone is down for ever. */
function withGone(faults: FaultPlan, gone: Gone | undefined): FaultPlan {
  if (gone === undefined) return faults;
  const { node, at: from } = gone;
  return {
    ...faults,
    troubles: [
      ...faults.troubles,
      { name: `${node} is gone`, kind: 'down', node, from, to: FOR_EVER },
    ],
  };
}

function nameOf({ name }: NodePlan): string {
  return name;
}

function dialectOf(policy: Policy, tags: boolean): Dialect {
  const dialect = untagged(policy);
  return tags ? { ...dialect, delete: { ...dialect.delete, guard: 'if-match' } } : dialect;
}

function untagged({ tokens, defers }: Policy): Dialect {
  const shipped = tokens ? reliableOps : challenge;
  const dialect = { ...shipped, record: { ...shipped.record, content: '/data' } };
  const accepted = [{ status: [202] }];
  if (defers !== true) return dialect;
  const { create, delete: remove } = dialect;
  return { ...dialect, create: { ...create, accepted }, delete: { ...remove, accepted } };
}

/** One after another on one key, each at its worst; far more than is ever needed. */
function settlingTime(
  commands: number,
  { longestMs, backoffCapMs }: Pick<Policy, 'backoffCapMs'> & { readonly longestMs: number },
): number {
  return 30_000 + commands * (6 * longestMs + 20 * backoffCapMs);
}

/** For a node on the same machine, no time. Drawn apart, so that all other draws stay the same. */
function drawOutliving(chance: Chance, nodes: readonly NodePlan[]): Outliving {
  const prng = chance.of('outliving');
  const longest = prng.pick([0, 0, 500, 4000]);
  return Object.fromEntries(nodes.map(({ name }) => [name, prng.chance(0.8) ? longest : 0]));
}

function drawNodes(
  prng: Prng,
  { tokens, keys }: { tokens: boolean; keys: readonly string[] },
): NodePlan[] {
  const names = ['node01', 'node02', 'node03', 'node04', 'node05', 'node06', 'node07'];
  const count = prng.pick([1, 2, 2, 3, 3, 3, 3, 4, 5, 7]);
  const shown = prng.pick([0, 0, 0.5, 1]);
  const missing = tokens ? 404 : prng.pick([404, 200, 204, 400] as const);
  const standing = keys.map(() => prng.pick([0, 0, 0, 0.5, 1]));
  return names.slice(0, count).map((name) => ({
    name,
    shows: tokens && prng.chance(shown),
    missing,
    standing: keys.filter((_, index) => prng.chance(standing[index] ?? 0)),
  }));
}

function drawPolicy(
  prng: Prng,
  { tokens, requestTimeoutMs }: { tokens: boolean; requestTimeoutMs: number },
): Policy {
  return {
    tokens,
    restores: prng.chance(0.8),
    quiesceMs: requestTimeoutMs + prng.pick([30, 200, 1000]),
    backoffBaseMs: prng.pick([2, 10]),
    backoffCapMs: prng.pick([20, 100, 500]),
    retryAfterCapMs: 300,
    stuckAfterMs: prng.pick([0, 200, 3000]),
  };
}

/** From a breaker that one failure opens to one that nothing opens. */
function drawBreaker(prng: Prng, requestTimeoutMs: number): BreakerPolicy {
  const coolOffMs = prng.pick([20, 200, 1000]);
  return {
    failuresInRow: prng.pick([1, 3, 10, 1_000_000, 1_000_000, 1_000_000]),
    windowMs: prng.pick([200, 2000]),
    volumeMin: prng.pick([2, 6, 1_000_000, 1_000_000, 1_000_000]),
    failureShare: 0.5,
    slowShare: prng.pick([0.5, 1]),
    coolOffMs,
    coolOffCapMs: coolOffMs * prng.pick([1, 4]),
    trialCalls: prng.pick([1, 2, 4]),
    trialTimeoutMs: requestTimeoutMs + 500,
  };
}

function drawPace(prng: Prng): Pace {
  const range = (): Range => [0, prng.pick([0, 1, 3, 10])];
  return { link: range(), commit: range(), confirm: range(), read: range(), network: range() };
}
