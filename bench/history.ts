/** The cost of a long history. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runBench } from './rig/bench.ts';
import { Cluster } from './rig/cluster.ts';
import { fillHistory } from './rig/history.ts';
import { tableOf, threadsOf } from './rig/report.ts';
import { perRound, runRounds, speedRatio } from './rig/rounds.ts';
import { startLockstep } from './rig/subjects.ts';

const IN_FLIGHT = 64;

await runBench({
  name: 'history',
  about: `
The creates of the main bench at ${IN_FLIGHT} in flight, by a daemon whose journal was empty and by one
whose journal held as many settled commands as --settled says, in turn. The keys of the history are
as random as those of the load are new. Not measured: pruning, a history larger than memory.`,
  full: { settled: 1_000_000, rounds: 7, seconds: 3 },
  small: { settled: 1000, rounds: 1, seconds: 0.2 },
  run: async ({ settled, rounds, seconds }, rig) => {
    const cluster = await Cluster.start();
    const { nodes } = cluster;
    const place = (name: string) => ({ name, dataDir: join(rig.dir, name), nodes });
    const full = place('history');
    mkdirSync(full.dataDir);
    await fillHistory(join(full.dataDir, 'journal.db'), settled);
    const subjects = [await startLockstep(place('empty')), await startLockstep(full)];
    const plan = { rounds, levels: [IN_FLIGHT], warmUpMs: 500, measureMs: seconds * 1000 };
    const measurement = await runRounds(plan, { rig, cluster, subjects });
    for (const one of subjects) await one.end();
    await cluster.end();
    return {
      values: {
        history: perRound(measurement, (run) =>
          speedRatio(run('history', IN_FLIGHT), run('empty', IN_FLIGHT)),
        ),
      },
      text: `${tableOf(measurement)}\n\n${threadsOf(measurement)}`,
      figures: measurement,
    };
  },
});
