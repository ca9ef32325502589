/** The cost of a long queue. */
import { join } from 'node:path';
import { runBench } from './rig/bench.ts';
import { Cluster } from './rig/cluster.ts';
import { tableOf, threadsOf } from './rig/report.ts';
import { perRound, runRounds, speedRatio } from './rig/rounds.ts';
import { startLockstep } from './rig/subjects.ts';

const FEW = 1000;

await runBench({
  name: 'backlog',
  about: `
Creates by one daemon with ${FEW} in flight and with --queued in flight, in turn, each answered when it
has settled: all beyond the 256 in work wait in line. Measured from when all have been taken in; the
next comes with every answer, so the line stays as long as it is.
Not measured: several lanes, keys in demand.`,
  full: { queued: 100_000, rounds: 3, seconds: 4 },
  small: { queued: 2000, rounds: 1, seconds: 0.2 },
  run: async ({ queued, rounds, seconds }, rig) => {
    const cluster = await Cluster.start();
    const place = { name: 'lockstep', dataDir: join(rig.dir, 'data'), nodes: cluster.nodes };
    const lockstep = await startLockstep({ ...place, dealer: true });
    const plan = { rounds, levels: [FEW, queued], warmUpMs: 500, measureMs: seconds * 1000 };
    const measurement = await runRounds(plan, { rig, cluster, subjects: [lockstep] });
    await lockstep.end();
    await cluster.end();
    return {
      values: {
        backlog: perRound(measurement, (run) =>
          speedRatio(run('lockstep', queued), run('lockstep', FEW)),
        ),
      },
      text: `${tableOf(measurement)}\n\n${threadsOf(measurement)}`,
      figures: measurement,
    };
  },
});
