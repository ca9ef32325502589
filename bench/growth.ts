/** Whether memory grows under lasting load. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runBench } from './rig/bench.ts';
import { Cluster } from './rig/cluster.ts';
import { startLockstep } from './rig/subjects.ts';

const IN_FLIGHT = 64;
const LOAD_MS = 5000;
const MIB = 1024 * 1024;
/** The share of the time that counts as its start, and as its end. */
const SHARE = 5;

await runBench({
  name: 'growth',
  about: `
The creates of the main bench at ${IN_FLIGHT} in flight for --minutes, after a warm-up of a fifth of that
in which caches fill: the least resident memory in the last fifth of the time ÷ that in its first
fifth, less 1. Garbage makes memory rise and fall; its floor rises only by what is kept.
Needs about 1 MB of disk for every second. Not measured: open commands that become more.`,
  full: { minutes: 20 },
  small: { minutes: 0.02 },
  run: async ({ minutes }, rig) => {
    await rig.look();
    const cluster = await Cluster.start();
    const place = { name: 'growth', dataDir: join(rig.dir, 'data'), nodes: cluster.nodes };
    const lockstep = await startLockstep(place);
    const totalMs = minutes * 60_000;
    const mib: number[] = [];
    let isMeasured = false;
    let commands = 0;
    const sample = async (): Promise<void> => {
      while (!ended.signal.aborted) {
        const bytes = lockstep.residentBytes?.();
        if (isMeasured && bytes !== undefined) mib.push(bytes / MIB);
        await sleep(Math.min(1000, totalMs / 50));
      }
    };
    const ended = new AbortController();
    const sampling = sample();
    const begun = performance.now();
    for (let round = 1; ; round++) {
      const elapsedMs = performance.now() - begun;
      isMeasured = elapsedMs >= totalMs / SHARE;
      if (elapsedMs >= totalMs + totalMs / SHARE) break;
      const load = { kind: 'load', inFlight: IN_FLIGHT, warmUpMs: 0 } as const;
      const measureMs = Math.min(LOAD_MS, totalMs / SHARE);
      commands += (await lockstep.run({ ...load, measureMs, prefix: String(round) })).commands;
      await cluster.clear();
    }
    ended.abort();
    await sampling;
    await lockstep.end();
    await cluster.end();
    const part = Math.ceil(mib.length / SHARE);
    const first = Math.min(...mib.slice(0, part));
    const last = Math.min(...mib.slice(-part));
    return {
      values: { growth: mib.length < SHARE ? [] : [(last / first - 1) * 100] },
      text: `${commands} commands; from ${first.toFixed(0)} to ${last.toFixed(0)} MiB`,
      figures: { commands, mib },
    };
  },
});
