/** The cost of an idle daemon. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runBench } from './rig/bench.ts';
import { Cluster } from './rig/cluster.ts';
import { threadTimes } from './rig/cpu.ts';
import { Daemon } from './rig/daemon.ts';
import { median } from './rig/statistics.ts';

/** Time after which the work of the start is done. */
const SETTLE_MS = 3000;

await runBench({
  name: 'idle',
  about: `
Processor time of the whole daemon with two executors and three nodes, and no client, as a share of one
core. Not measured: subscribers, metrics being read, a journal with a history to prune.`,
  full: { rounds: 5, seconds: 6 },
  small: { rounds: 1, seconds: 0.2 },
  run: async ({ rounds, seconds }, rig) => {
    const cluster = await Cluster.start();
    const { nodes } = cluster;
    const place = { name: 'idle', dataDir: join(rig.dir, 'idle'), nodes, executors: 2 };
    const daemon = await Daemon.start(place);
    await sleep(Math.min(SETTLE_MS, seconds * 1000));
    const shares: number[] = [];
    const threads: Record<string, number[]> = {};
    for (let round = 0; round < rounds; round++) {
      await rig.look();
      const [before, from] = [threadTimes(daemon.pid), performance.now()];
      await sleep(seconds * 1000);
      const [after, elapsedMs] = [threadTimes(daemon.pid), performance.now() - from];
      if (!after.known) break;
      const percent = (micros: number) => micros / elapsedMs / 10;
      shares.push(percent(after.totalMicros - before.totalMicros));
      for (const [name, micros] of Object.entries(after.micros)) {
        const share = percent(micros - (before.micros[name] ?? 0));
        threads[name] = [...(threads[name] ?? []), share];
      }
    }
    await daemon.end();
    await cluster.end();
    const lines = Object.entries(threads)
      .map(([name, values]) => ({ name, share: median(values) }))
      .sort((a, b) => b.share - a.share)
      .map(({ name, share }) => `${name} ${share.toFixed(2)} %`);
    return { values: { idle: shares }, text: lines.join(', '), figures: threads };
  },
});
