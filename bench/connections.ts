/** A fixed number of calls at once beside adaptive ones, on nodes of four kinds, in virtual time. */
import { runBench } from './rig/bench.ts';
import { climb, fixed, gradient, type Limiter, vegas } from './rig/limiters.ts';
import { median } from './rig/statistics.ts';
import { columns, figure } from './rig/table.ts';

/** What a node is like at a time of the run (0 to 1). */
interface Phase {
  readonly awayMs: number;
  /** Calls that it works on at once; others wait in it. */
  readonly units: number;
  readonly serviceMs: number;
  /** What each call beside it adds to the time of one: locks, switches. */
  readonly strain: number;
}

const QUICK: Phase = { awayMs: 1, units: 8, serviceMs: 10, strain: 0.01 };
const SERIAL: Phase = { awayMs: 1, units: 1, serviceMs: 5, strain: 0.03 };
const SLOW: Phase = { awayMs: 1, units: 2, serviceMs: 60, strain: 0.03 };

const NODES: Readonly<Record<string, (share: number) => Phase>> = {
  serialises: () => SERIAL,
  'is far': () => ({ awayMs: 100, units: 64, serviceMs: 2, strain: 0.001 }),
  'slows down': (share) => (share < 0.4 ? QUICK : SLOW),
  recovers: (share) => (share < 0.3 || share > 0.5 ? QUICK : SLOW),
};
const FIXED = [1, 2, 4, 8, 16, 32];
const LIMITERS: Readonly<Record<string, () => Limiter>> = {
  ...Object.fromEntries(FIXED.map((limit) => [String(limit), () => fixed(limit)])),
  vegas,
  gradient,
  climb,
};

interface Ran {
  readonly perSecond: number;
  readonly p99Ms: number;
}

/** Somebody always waits. */
function run(limiter: Limiter, phaseAt: (share: number) => Phase, ms: number): Ran {
  const free: number[] = [];
  const running: { readonly from: number; readonly until: number }[] = [];
  const times: number[] = [];
  let now = 0;
  const begin = () => {
    const { awayMs, units, serviceMs, strain } = phaseAt(now / ms);
    const arrival = now + (awayMs / 2) * (0.95 + 0.1 * Math.random());
    while (free.length < units) free.push(0);
    let unit = 0;
    for (let one = 1; one < units; one++) if ((free[one] ?? 0) < (free[unit] ?? 0)) unit = one;
    const took = serviceMs * (1 + strain * running.length) * (0.5 + Math.random());
    const done = Math.max(arrival, free[unit] ?? 0) + took;
    free[unit] = done;
    running.push({ from: now, until: done + awayMs / 2 });
  };
  while (now < ms) {
    while (running.length < limiter.limit) begin();
    let first = 0;
    for (const [index, { until }] of running.entries())
      if (until < (running[first]?.until ?? 0)) first = index;
    const inside = running.length;
    const [ended] = running.splice(first, 1);
    if (ended === undefined) break;
    now = ended.until;
    times.push(now - ended.from);
    limiter.ended({ now, tookMs: now - ended.from, inside });
  }
  times.sort((a, b) => a - b);
  return {
    perSecond: (1000 * times.length) / now,
    p99Ms: times[Math.floor(0.99 * (times.length - 1))] ?? 0,
  };
}

await runBench({
  name: 'connections',
  about: `
How many calls to run with a node at once: fixed numbers, and three adaptive ways (TCP Vegas, Netflix's
Gradient2, climbing by trial), on a node that serialises, one that is far, one that slows down and one
that recovers. Simulated in virtual time, while somebody always waits: answers a second ÷ those of the best fixed
number on that node, and the p99 of a call.
Not measured: sockets, several executors, a load that leaves the node idle.`,
  full: { rounds: 9, seconds: 120 },
  small: { rounds: 1, seconds: 5 },
  run: async ({ rounds, seconds }, rig) => {
    await rig.look();
    const rows: string[][] = [];
    const figures: Record<string, Record<string, Ran>> = {};
    for (const [kind, phaseAt] of Object.entries(NODES)) {
      const medians: Record<string, Ran> = {};
      for (const [name, make] of Object.entries(LIMITERS)) {
        const runs = Array.from({ length: rounds }, () => run(make(), phaseAt, seconds * 1000));
        medians[name] = {
          perSecond: median(runs.map(({ perSecond }) => perSecond)),
          p99Ms: median(runs.map(({ p99Ms }) => p99Ms)),
        };
      }
      const best = Math.max(...FIXED.map((limit) => medians[limit]?.perSecond ?? 0));
      const cells = Object.values(medians);
      rows.push([kind, 'share', ...cells.map(({ perSecond }) => figure(perSecond / best))]);
      rows.push(['', 'p99 ms', ...cells.map(({ p99Ms }) => figure(p99Ms))]);
      figures[kind] = medians;
    }
    const head = ['a node that', '', ...Object.keys(LIMITERS)];
    const text = columns([head, ...rows], `<<${'>'.repeat(head.length - 2)}`);
    return { values: {}, text, figures };
  },
});
