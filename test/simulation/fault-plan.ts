/**
 * The faults of a history: of single exchanges, of nodes for a while, of the process, of the disk.
 */
import type { Prng } from '../core/model/prng.ts';
import type { Chance } from './chance.ts';
import { FOR_EVER } from './retiring.ts';

/**
 * The faults of one exchange. `lost…`: no answer, with or without the effect; `late`: the effect
 * comes after the exchange was given up; `twice`: now, and again later; `proxied`: 502 or 504, with
 * any effect; `lostRoute`: a proxy that has lost its route to the node answers in its place, and
 * forwards nothing; `unsure…`: a complete 408, 425, 429, 5xx; `perhaps`: a 400 without an effect;
 * `refused`: another 4xx, or a redirect; `garbage…`: an answer outside of the contract; `slow`: the
 * right answer, late.
 */
export const EXCHANGE_FAULTS = [
  'unsent',
  'lostBefore',
  'lostAfter',
  'late',
  'twice',
  'proxied',
  'lostRoute',
  'unsureBefore',
  'unsureAfter',
  'perhaps',
  'refused',
  'garbageBefore',
  'garbageAfter',
  'slow',
] as const;

/** `deferred`: a 202, no fault but the way of nodes that act later, or not; drawn where the policy says so. */
export type ExchangeFault = (typeof EXCHANGE_FAULTS)[number] | 'deferred';

/** The faults of a node for a while. `amnesia`: it loses all its data at the end. */
export type Trouble = {
  readonly name: string;
  readonly node: string;
  readonly kind: 'down' | 'silent' | 'slow' | 'garbled' | 'lostRoute' | 'refusing' | 'amnesia';
  readonly from: number;
  readonly to: number;
};

/** Requests that reach the node in time. */
export const LANDS: ReadonlySet<ExchangeFault | 'none'> = new Set([
  'none',
  'slow',
  'unsureAfter',
  'garbageAfter',
] as const);

/** @param calm only what lasts for ever goes on */
export function isDuring({ from, to }: Trouble, now: number, calm: boolean): boolean {
  return from <= now && now < to && (!calm || to === FOR_EVER);
}

/** What befalls an exchange with a node in trouble. */
export const TROUBLES: Readonly<Record<Trouble['kind'], readonly ExchangeFault[]>> = {
  down: ['unsent'],
  amnesia: ['unsent'],
  silent: ['lostBefore', 'lostAfter', 'late', 'twice'],
  slow: ['slow'],
  garbled: ['garbageBefore', 'garbageAfter', 'proxied'],
  lostRoute: ['lostRoute'],
  refusing: ['refused'],
};

/** The process ends and starts again. */
export interface Ending {
  readonly name: string;
  /**
   * `crash`: between two steps; `stop`: in order, as far as time allows; `loss`: an executor's
   * thread dies, and the others stop in order.
   */
  readonly kind: 'crash' | 'stop' | 'loss';
  readonly at: number;
  /** Steps after that time: many steps may happen at one time. */
  readonly steps: number;
  /** Duration until the next start. */
  readonly downMs: number;
  /** The change of the wall clock before the next start. */
  readonly jumpMs: number;
  /** Of `stop` and `loss`: the time at which running work is interrupted. */
  readonly drainMs: number;
}

/**
 * Another client writes to one node, or to all, past the daemon, while no command runs on the key.
 */
export interface Meddling {
  readonly name: string;
  readonly at: number;
  /** Undefined: every node. */
  readonly node: string | undefined;
  readonly groupId: string;
  readonly kind: 'create' | 'replace' | 'delete';
}

export interface FaultPlan {
  readonly kinds: readonly ExchangeFault[];
  /** For each exchange, by node. */
  readonly rates: Readonly<Record<string, number>>;
  readonly troubles: readonly Trouble[];
  readonly endings: readonly Ending[];
  readonly meddlings: readonly Meddling[];
  /** At each time at which a crash makes a difference: a commit, a request, an answer. */
  readonly crashRate: number;
  /** For each commit: the disk fails, and what it kept is unknown. */
  readonly diskRate: number;
  /** For requests that are given up by force: the share that lands nevertheless. */
  readonly landing: number;
}

interface Ground {
  readonly nodes: readonly string[];
  readonly keys: readonly string[];
  readonly calmAt: number;
  /** For each history: the share in which the wall clock is set between runs. */
  readonly jumpy: number;
}

const HOUR_MS = 3_600_000;
const MONTH_MS = 30 * 24 * HOUR_MS;
const YEAR_MS = 365 * 24 * HOUR_MS;
/**
 * The largest step of a wall clock, in both directions: from a correction to a clock that was never
 * right.
 */
const JUMPS_MS = [2000, HOUR_MS, MONTH_MS, YEAR_MS, 5 * YEAR_MS];

export function drawFaultPlan(chance: Chance, ground: Ground): FaultPlan {
  const { nodes, calmAt } = ground;
  const prng = chance.of('faults');
  const rate = prng.pick([0, 0.05, 0.2, 0.4, 0.7]);
  const worst = prng.pick(nodes);
  const worstRate = Math.max(rate, prng.pick([0, 0, 0.5, 0.9]));
  const share = prng.pick([0.15, 0.4, 1]);
  return {
    kinds: EXCHANGE_FAULTS.filter(() => prng.chance(share)),
    rates: Object.fromEntries(nodes.map((name) => [name, name === worst ? worstRate : rate])),
    troubles: drawTroubles(prng, nodes, calmAt).filter(({ name }) => chance.strikes(name)),
    endings: drawEndings(prng, ground).filter(({ name }) => chance.strikes(name)),
    meddlings: drawMeddlings(prng, ground).filter(({ name }) => chance.strikes(name)),
    crashRate: prng.pick([0, 0, 0, 0.005, 0.02]),
    diskRate: prng.pick([0, 0, 0, 0.02]),
    landing: prng.pick([0, 0.5, 1]),
  };
}

function drawTroubles(prng: Prng, nodes: readonly string[], calmAt: number): Trouble[] {
  const all = ['down', 'silent', 'slow', 'garbled', 'lostRoute', 'refusing', 'amnesia'] as const;
  const kinds = all.filter((kind) => prng.chance(kind === 'amnesia' ? 0.1 : 0.4));
  if (kinds.length === 0) return [];
  return Array.from({ length: prng.pick([0, 0, 1, 2, 4]) }, (_, index) => {
    const kind = prng.pick(kinds);
    const node = prng.pick(nodes);
    const from = prng.between(0, calmAt);
    const to = Math.min(calmAt, from + prng.pick([10, 300, 3000]));
    return { name: `trouble ${index + 1}: ${node} ${kind}`, node, kind, from, to };
  });
}

function drawEndings(prng: Prng, { calmAt, jumpy }: Ground): Ending[] {
  const stops = prng.pick([0, 0, 0.3]);
  const jumps = prng.chance(jumpy);
  return Array.from({ length: prng.pick([0, 0, 1, 2, 5]) }, (_, index) => {
    const kind = prng.chance(stops) ? prng.pick(['stop', 'stop', 'loss'] as const) : 'crash';
    return {
      name: `${kind} ${index + 1}`,
      kind,
      at: prng.between(0, calmAt),
      steps: prng.between(0, 10),
      downMs: prng.pick([0, 5, 100, 1000]),
      jumpMs: jumps ? prng.pick([-1, 0, 1]) * prng.pick(JUMPS_MS) : 0,
      drainMs: prng.pick([0, 50, 500]),
    };
  });
}

function drawMeddlings(prng: Prng, { nodes, keys, calmAt }: Ground): Meddling[] {
  return Array.from({ length: prng.pick([0, 0, 0, 3, 10]) }, (_, index) => {
    const kind = prng.pick(['create', 'replace', 'replace', 'delete'] as const);
    const node = prng.chance(0.5) ? undefined : prng.pick(nodes);
    const at = prng.between(0, calmAt);
    return { name: `meddling ${index + 1}`, at, node, groupId: prng.pick(keys), kind };
  });
}
