/** Both doors full at once: what each keeps of its speed alone. */
import { join } from 'node:path';
import { runBench } from './rig/bench.ts';
import { Cluster } from './rig/cluster.ts';
import { Daemon } from './rig/daemon.ts';
import { type Measured, steadyLoad } from './rig/load.ts';
import { secure } from './rig/secured.ts';
import { Client, HTTP_CLIENT } from './rig/subjects.ts';
import { columns, figure } from './rig/table.ts';

await runBench({
  name: 'doors',
  about: `
Creates of new keys on three nodes through one daemon with a list of clients, nothing fails. One client
sends --in-flight over ZeroMQ, another one as many over HTTP: each alone, then both at once; the value
is the smaller share that a door keeps of its commands/s. Half would be fair: one coordinator serves both.
Not measured: other numbers in flight at the two doors, batches, a network.`,
  full: { rounds: 5, seconds: 3, 'in-flight': 64 },
  small: { rounds: 1, seconds: 0.2, 'in-flight': 4 },
  run: async ({ rounds, seconds, 'in-flight': inFlight }, rig) => {
    const cluster = await Cluster.start();
    const dataDir = join(rig.dir, 'doors');
    const { client: options, ...place } = secure(dataDir, 'token');
    const daemon = await Daemon.start({ name: 'doors', dataDir, nodes: cluster.nodes, ...place });
    const clients = {
      ZeroMQ: await Client.connect('ZeroMQ', { ...options, endpoint: daemon.endpoint }),
      HTTP: await Client.connect('HTTP', { ...options, endpoint: daemon.opsUrl }, HTTP_CLIENT),
    };
    const load = steadyLoad(inFlight, seconds);
    let count = 0;
    const run = async (door: keyof typeof clients): Promise<Measured> => {
      const told = await clients[door].do({ ...load, prefix: `${door}-${++count}` });
      return told.measured;
    };
    await Promise.all([run('ZeroMQ'), run('HTTP')]);
    const shares: number[] = [];
    const rows: string[][] = [];
    for (let round = 1; round <= rounds; round++) {
      await rig.look();
      const alone = { ZeroMQ: await run('ZeroMQ'), HTTP: await run('HTTP') };
      const [zeromq, http] = await Promise.all([run('ZeroMQ'), run('HTTP')]);
      await cluster.clear();
      const kept = [
        zeromq.perSecond / alone.ZeroMQ.perSecond,
        http.perSecond / alone.HTTP.perSecond,
      ] as const;
      shares.push(Math.min(...kept));
      const speeds = [alone.ZeroMQ, zeromq, alone.HTTP, http].map(({ perSecond }) => perSecond);
      rows.push([String(round), ...[...speeds, ...kept].map(figure)]);
    }
    for (const client of Object.values(clients)) await client.end();
    await daemon.end();
    await cluster.end();
    const head = ['round', 'ZeroMQ alone', 'with HTTP', 'HTTP alone', 'with ZeroMQ'];
    return {
      values: { doors: shares },
      text: columns([[...head, 'ZeroMQ kept', 'HTTP kept'], ...rows], '>>>>>>>'),
      figures: rows,
    };
  },
});
