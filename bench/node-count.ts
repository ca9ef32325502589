/** The cost of a node call with many nodes. */
import { join } from 'node:path';
import { runBench } from './rig/bench.ts';
import { Cluster } from './rig/cluster.ts';
import { median } from './rig/statistics.ts';
import { startLockstep } from './rig/subjects.ts';
import { columns } from './rig/table.ts';

const IN_FLIGHT = 64;
const FEW = 3;

await runBench({
  name: 'node-count',
  about: `
Processor time of the daemon (its client not included) per node call at ${IN_FLIGHT} in flight, with ${FEW}
nodes and with --nodes, in turn. Each daemon has nodes of its own; many nodes share three processes.
Not measured: speed, which 50 nodes in three processes would limit.`,
  full: { nodes: 50, rounds: 5, seconds: 3 },
  small: { nodes: 5, rounds: 1, seconds: 0.2 },
  run: async ({ nodes, rounds, seconds }, rig) => {
    const sides = [];
    for (const count of [FEW, nodes]) {
      const cluster = await Cluster.start(count);
      const name = `nodes-${count}`;
      const dataDir = join(rig.dir, name);
      const subject = await startLockstep({ name, dataDir, nodes: cluster.nodes });
      sides.push({ count, cluster, subject, micros: [] as number[] });
    }
    for (let round = 0; round <= rounds; round++) {
      await rig.look();
      for (const { count, cluster, subject, micros } of sides) {
        const load = { kind: 'load', inFlight: IN_FLIGHT, warmUpMs: 500 } as const;
        const prefix = `${count}-${round}`;
        const { cpuMicros } = await subject.run({ ...load, measureMs: seconds * 1000, prefix });
        await cluster.clear();
        const { client: _, ...own } = cpuMicros;
        const total = Object.values(own).reduce((sum, one) => sum + one, 0);
        // The first commands include the time of compilation.
        if (round > 0 && total > 0) micros.push(total / count);
      }
    }
    for (const { cluster, subject } of sides) {
      await subject.end();
      await cluster.end();
    }
    const [few, many] = sides.map(({ micros }) => micros);
    const rows = sides.map(({ count, micros }) => [
      String(count),
      micros.length === 0 ? '?' : median(micros).toFixed(1),
    ]);
    return {
      values: { nodes: (many ?? []).map((one, round) => one / (few?.[round] ?? 0)) },
      text: columns([['nodes', 'cpu µs a node call'], ...rows], '>>'),
      figures: sides.map(({ count, micros }) => ({ count, micros })),
    };
  },
});
