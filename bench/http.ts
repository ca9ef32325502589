/** Commands over HTTP beside commands over ZeroMQ: speed, latency and processor time of two daemons alike. */
import { join } from 'node:path';
import { runBench } from './rig/bench.ts';
import { Cluster } from './rig/cluster.ts';
import { tableOf, threadsOf } from './rig/report.ts';
import { perRound, runRounds, speedRatio } from './rig/rounds.ts';
import { secure } from './rig/secured.ts';
import { startLockstep } from './rig/subjects.ts';

await runBench({
  name: 'http',
  about: `
Creates of new keys on three nodes, one client with a token, one executor, nothing fails; the loads
and the nodes of the bench 'commands'. One daemon gets them over ZeroMQ, by the client of the package
and one connection; the other over HTTP, by undici, one request at a time on each of as many connections
as there are commands in flight. The other door of each is idle.
Not measured: batches, TLS, a network, both doors at once. 'cpu' is processor time, client included.`,
  full: { rounds: 5, seconds: 3, 'warm-up': 0.5 },
  small: { rounds: 1, seconds: 0.2, 'warm-up': 0.1 },
  options: { 'in-flight': '1,64,256: the loads' },
  run: async ({ rounds, seconds, 'warm-up': warmUp }, { dir, given, ...rig }) => {
    const levels = (given['in-flight'] ?? '1,64,256').split(',').map(Number);
    const cluster = await Cluster.start();
    const { nodes } = cluster;
    const place = (name: string) => {
      const dataDir = join(dir, name);
      return { name, dataDir, nodes, ...secure(dataDir, 'token') };
    };
    const subjects = [
      await startLockstep(place('ZeroMQ')),
      await startLockstep({ ...place('HTTP'), overHttp: true }),
    ];
    const plan = { rounds, levels, warmUpMs: warmUp * 1000, measureMs: seconds * 1000 };
    const measurement = await runRounds(plan, { rig: { ...rig, dir, given }, cluster, subjects });
    for (const one of subjects) await one.end();
    await cluster.end();
    return {
      values: {
        http: perRound(measurement, (run) => speedRatio(run('HTTP', 64), run('ZeroMQ', 64))),
      },
      text: `${tableOf(measurement)}\n\n${threadsOf(measurement)}`,
      figures: measurement,
    };
  },
});
