/** The effect of a flood in the bulk lane on clients that wait for an answer. */
import { join } from 'node:path';
import { runBench } from './rig/bench.ts';
import { Cluster } from './rig/cluster.ts';
import { Daemon } from './rig/daemon.ts';
import { steadyLoad } from './rig/load.ts';
import { Client } from './rig/subjects.ts';
import { columns, figure } from './rig/table.ts';

await runBench({
  name: 'lanes',
  about: `
Interactive creates at --in-flight, by one client, first alone, then while a second client's --bulk
creates in the bulk lane wait and run; both for --seconds. p99 of the first client's commands.
Not measured: a bulk lane that is being filled at the same time.`,
  full: { rounds: 3, seconds: 4, bulk: 100_000, 'in-flight': 16 },
  small: { rounds: 1, seconds: 0.1, bulk: 6000, 'in-flight': 2 },
  run: async ({ rounds, seconds, bulk, 'in-flight': inFlight }, rig) => {
    const cluster = await Cluster.start();
    const ratios: number[] = [];
    const rows: string[][] = [];
    const place = { name: 'lanes', dataDir: join(rig.dir, 'lanes'), nodes: cluster.nodes };
    const daemon = await Daemon.start(place);
    const [person, flood] = [
      await Client.connect('a person', { endpoint: daemon.endpoint }),
      await Client.connect('the flood', { endpoint: daemon.endpoint }),
    ];
    const load = steadyLoad(inFlight, seconds);
    await person.do({ ...load, prefix: 'warm' });
    for (let round = 1; round <= rounds; round++) {
      await rig.look();
      const alone = (await person.do({ ...load, prefix: `alone-${round}` })).measured;
      await cluster.clear();
      await flood.do({ kind: 'fill', count: bulk, prefix: `bulk-${round}`, lane: 'bulk' });
      const beside = (await person.do({ ...load, prefix: `beside-${round}` })).measured;
      const { open } = await flood.do({ kind: 'drain' });
      await cluster.clear();
      if (open === 0)
        throw new Error('all bulk commands were done before the time was: more --bulk');
      ratios.push(beside.p99Ms / alone.p99Ms);
      rows.push([
        String(round),
        ...[alone.p50Ms, alone.p99Ms, beside.p50Ms, beside.p99Ms].map(figure),
        String(open),
      ]);
    }
    await person.end();
    await flood.end();
    await daemon.end();
    await cluster.end();
    const head = ['round', 'p50 ms alone', 'p99', 'p50 beside bulk', 'p99', 'bulk left then'];
    return {
      values: { lanes: ratios },
      text: columns([head, ...rows], '>>>>>>'),
      figures: rows,
    };
  },
});
