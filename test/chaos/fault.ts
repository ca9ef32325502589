/** The faults of the chaos run, and the seeded decks from which they are drawn. */
import type { Faults } from '../../src/nodesim/faults/schema.ts';
import { Prng } from '../core/model/prng.ts';
import type { Cut, Way } from './proxy.ts';
import {
  DAEMON_PAUSED_MS_MAX,
  HANG_AFTER_MS,
  HELD_MS_MAX,
  REQUEST_TIMEOUT_MS,
  REST_MS,
} from './times.ts';

/**
 * The moment of the fault: any time, just after a write of the journal (before the requests that
 * depend on it), or just after a request passed (before the requests to the other nodes).
 */
export type Moment = 'any' | 'commit' | 'request';

export type DaemonFault =
  | { readonly kind: 'daemon killed'; readonly moment: Moment }
  | { readonly kind: 'daemon paused'; readonly moment: Moment; readonly forMs: number };

/** Executed by the proxy of the node. */
export type ConnectionFault = { readonly node: string } & (
  | { readonly kind: 'node unreachable'; readonly forMs: number }
  | { readonly kind: 'connections cut'; readonly how: Cut }
  | { readonly kind: 'connections held'; readonly forMs: number; readonly ways: readonly Way[] }
  | { readonly kind: 'connections delayed'; readonly forMs: number; readonly byMs: number }
);

export type NodeFault = { readonly node: string } & (
  | { readonly kind: 'node killed' }
  | { readonly kind: 'node paused'; readonly forMs: number }
  | { readonly kind: 'node spoiled'; readonly forMs: number; readonly faults: Faults }
);

export type Fault =
  | DaemonFault
  | NodeFault
  | ConnectionFault
  | { readonly kind: 'disk full'; readonly forMs: number; readonly leaveBytes: number }
  | { readonly kind: 'clock moved'; readonly toMs: number }
  | { readonly kind: 'client killed' };

/** The faults that one hand draws one after another; several hands draw at the same time. */
export type Hand = 'daemon' | 'disk' | 'clock' | 'clients' | `node0${number}`;

export interface Dealt {
  /** Pause since the end of the earlier fault. */
  readonly afterMs: number;
  readonly fault: Fault;
}

type Make = (chance: Prng, hand: string) => Fault;

const DAY_MS = 86_400_000;
const MOMENTS: readonly Moment[] = ['any', 'commit', 'request'];
/** Less free space than the daemon requires, and no free space. */
const LEFT_BYTES = [4 << 20, 0];
const SPOILS: readonly Faults[] = [
  { refuse: true },
  { forceStatus: 403 },
  { lostRoute: 1 },
  { forceStatus: 503, retryAfterSeconds: 1 },
];
const WAYS: readonly (readonly Way[])[] = [['requests'], ['answers'], ['requests', 'answers']];

function daemonKilled(moment: Moment): Make {
  return () => ({ kind: 'daemon killed', moment });
}

function daemonPaused(leastMs: number, mostMs: number): Make {
  return (chance) => ({
    kind: 'daemon paused',
    moment: chance.pick(MOMENTS),
    forMs: chance.between(leastMs, mostMs),
  });
}

function nodePaused(leastMs: number, mostMs: number): Make {
  return (chance, node) => ({
    kind: 'node paused',
    node,
    forMs: chance.between(leastMs, mostMs),
  });
}

function cut(how: Cut): Make {
  return (_, node) => ({ kind: 'connections cut', node, how });
}

function held(chance: Prng, node: string): Fault {
  const forMs = chance.between(REQUEST_TIMEOUT_MS, HELD_MS_MAX);
  return { kind: 'connections held', node, forMs, ways: chance.pick(WAYS) };
}

function clockMoved(leastMs: number, mostMs: number): Make {
  return (chance) => ({ kind: 'clock moved', toMs: chance.between(leastMs, mostMs) });
}

function spoiled(chance: Prng, node: string): Fault {
  const forMs = chance.between(500, 4000);
  return { kind: 'node spoiled', node, forMs, faults: chance.pick(SPOILS) };
}

const DAEMON: readonly Make[] = [
  ...MOMENTS.map(daemonKilled),
  daemonPaused(50, REQUEST_TIMEOUT_MS),
  daemonPaused(REQUEST_TIMEOUT_MS, HANG_AFTER_MS),
  daemonPaused(HANG_AFTER_MS + 1000, DAEMON_PAUSED_MS_MAX),
];
const NODE: readonly Make[] = [
  (_, node) => ({ kind: 'node killed', node }),
  nodePaused(50, REQUEST_TIMEOUT_MS),
  nodePaused(REQUEST_TIMEOUT_MS + 100, HELD_MS_MAX),
  (chance, node) => ({ kind: 'node unreachable', node, forMs: chance.between(200, 4000) }),
  spoiled,
  cut('reset'),
  cut('close'),
  held,
  held,
  (chance, node) => ({
    kind: 'connections delayed',
    node,
    forMs: chance.between(1000, 4000),
    byMs: chance.between(20, REQUEST_TIMEOUT_MS * 2),
  }),
];
const OTHERS: Readonly<
  Record<string, { readonly makes: readonly Make[]; readonly restMs: Range }>
> = {
  daemon: { makes: DAEMON, restMs: [500, 14_000] },
  disk: {
    makes: LEFT_BYTES.map(
      (leaveBytes): Make =>
        (chance) => ({ kind: 'disk full', forMs: chance.between(1000, 5000), leaveBytes }),
    ),
    restMs: [15_000, 40_000],
  },
  clock: {
    makes: [
      clockMoved(1, 2 * DAY_MS),
      clockMoved(-2 * DAY_MS, -1),
      clockMoved(30 * DAY_MS, 365 * DAY_MS),
      clockMoved(-365 * DAY_MS, -30 * DAY_MS),
    ],
    restMs: [3000, 10_000],
  },
  clients: { makes: [() => ({ kind: 'client killed' })], restMs: [5000, 15_000] },
};

type Range = readonly [least: number, most: number];

/** Endless. Every kind of the hand comes once before any kind comes again. */
export function* deal(hand: Hand, seed: number): Generator<Dealt> {
  const chance = new Prng(seed + sumOf(hand) * 65_536);
  const { makes, restMs } = OTHERS[hand] ?? { makes: NODE, restMs: [REST_MS, 6 * REST_MS] };
  for (;;) {
    for (const make of shuffled(makes, chance)) {
      yield { afterMs: chance.between(...restMs), fault: make(chance, hand) };
    }
  }
}

function shuffled<T>(list: readonly T[], chance: Prng): readonly T[] {
  return list
    .map((one) => ({ one, at: chance.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one);
}

function sumOf(text: string): number {
  return [...text].reduce((sum, char) => sum * 31 + char.charCodeAt(0), 7) % 65_536;
}

/** The name under which it is counted. */
export function nameOf(fault: Fault): string {
  switch (fault.kind) {
    case 'daemon killed':
      return fault.moment === 'any' ? fault.kind : `${fault.kind} at a ${fault.moment}`;
    case 'daemon paused':
      return `${fault.kind}, ${than(fault.forMs, HANG_AFTER_MS, 'a hang')}`;
    case 'node paused':
      return `${fault.kind}, ${than(fault.forMs, REQUEST_TIMEOUT_MS, 'a timeout')}`;
    case 'connections held':
      return `${fault.ways.join(' and ')} held`;
    case 'connections cut':
      return `connections ${fault.how === 'reset' ? 'reset' : 'closed'}`;
    case 'node spoiled':
      return spoilName(fault.faults);
    case 'disk full':
      return fault.leaveBytes === 0 ? 'disk full' : 'disk nearly full';
    case 'clock moved':
      return `clock moved ${fault.toMs < 0 ? 'back' : 'on'}`;
    case 'node killed':
    case 'node unreachable':
    case 'connections delayed':
    case 'client killed':
      return fault.kind;
  }
}

function spoilName({ forceStatus, lostRoute }: Faults): string {
  if (lostRoute !== undefined) return 'a proxy answers in the place of the node';
  return `node answers ${forceStatus ?? 'nobody (refuses)'}`;
}

function than(ms: number, limitMs: number, what: string): string {
  return `${ms > limitMs ? 'longer' : 'shorter'} than ${what}`;
}
