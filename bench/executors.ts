/** The gain of a second executor. */
import { join } from 'node:path';
import { runBench } from './rig/bench.ts';
import { Cluster } from './rig/cluster.ts';
import { tableOf, threadsOf } from './rig/report.ts';
import { perRound, runRounds, speedRatio } from './rig/rounds.ts';
import { startLockstep } from './rig/subjects.ts';

const IN_FLIGHT = 256;

await runBench({
  name: 'executors',
  about: `
The creates of the main bench at ${IN_FLIGHT} in flight, by a daemon with one executor and by one with
two, in turn. Not measured: more executors than two, nodes that are slow.`,
  full: { rounds: 5, seconds: 3 },
  small: { rounds: 1, seconds: 0.2 },
  run: async ({ rounds, seconds }, rig) => {
    const cluster = await Cluster.start();
    const start = (name: string, executors: number) =>
      startLockstep({ name, executors, dataDir: join(rig.dir, name), nodes: cluster.nodes });
    const subjects = [await start('one', 1), await start('two', 2)];
    const plan = { rounds, levels: [IN_FLIGHT], warmUpMs: 500, measureMs: seconds * 1000 };
    const measurement = await runRounds(plan, { rig, cluster, subjects });
    for (const one of subjects) await one.end();
    await cluster.end();
    return {
      values: {
        executors: perRound(measurement, (run) =>
          speedRatio(run('two', IN_FLIGHT), run('one', IN_FLIGHT)),
        ),
      },
      text: `${tableOf(measurement)}\n\n${threadsOf(measurement)}`,
      figures: measurement,
    };
  },
});
