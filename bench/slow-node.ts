/** One node of three becomes slow. */
import { join } from 'node:path';
import { settingsSchema } from '../src/config/schema.ts';
import { runBench } from './rig/bench.ts';
import { Cluster } from './rig/cluster.ts';
import { Daemon } from './rig/daemon.ts';
import type { Ask } from './rig/subject.ts';
import { Client } from './rig/subjects.ts';
import { columns, figure } from './rig/table.ts';

/**
 * The number of commands that wait for each connection: it is never idle, and no command waits
 * until its deadline.
 */
const LINE = 4;

await runBench({
  name: 'slow-node',
  about: `
Creates on three nodes, ${LINE} in flight for each connection, one of which takes --slow ms for each change, a
tenth more or less: commands/s ÷ what its connections allow, and the p99 of ping and status, asked for
by a second client meanwhile, ÷ their p99 just before, while as many commands a second went to three
quick nodes.
Not measured: a node that does not answer at all, breakers.`,
  full: { rounds: 3, seconds: 10, slow: 1000 },
  small: { rounds: 1, seconds: 0.3, slow: 100 },
  run: async ({ rounds, seconds, slow }, rig) => {
    const { connectionsPerNode, concurrency } = settingsSchema.parse({});
    const allowed = (Math.min(connectionsPerNode, concurrency) * 1000) / slow;
    const cluster = await Cluster.start();
    const place = { name: 'slow', dataDir: join(rig.dir, 'slow'), nodes: cluster.nodes };
    const daemon = await Daemon.start(place);
    const [load, asking] = [
      await Client.connect('the load', { endpoint: daemon.endpoint }),
      await Client.connect('whoever asks', { endpoint: daemon.endpoint }),
    ];
    const ask: Ask = { kind: 'ask', forMs: seconds * 1000, everyMs: 1 };
    const ofBulkhead: number[] = [];
    const ofAsking: number[] = [];
    const rows: string[][] = [];
    const warmUp = { warmUpMs: 0, measureMs: seconds * 200, prefix: 'warm-up' };
    await load.do({ kind: 'load', inFlight: 64, ...warmUp });
    for (let round = 1; round <= rounds; round++) {
      await rig.look();
      const usual = load.do({
        kind: 'trickle',
        perSecond: allowed,
        forMs: seconds * 1000,
        prefix: `quick-${round}`,
      });
      const quick = await asking.do(ask);
      await usual;
      await cluster.delay(slow, 1);
      const creates = load.do({
        kind: 'load',
        inFlight: allowed * LINE,
        warmUpMs: slow * 2,
        measureMs: seconds * 1000,
        prefix: `slow-${round}`,
      });
      const busy = await asking.do(ask);
      const { measured } = await creates;
      await cluster.delay(0, 1);
      ofBulkhead.push(measured.perSecond / allowed);
      ofAsking.push(
        Math.max(busy.ping.p99Ms / quick.ping.p99Ms, busy.status.p99Ms / quick.status.p99Ms),
      );
      rows.push([
        String(round),
        figure(measured.perSecond),
        ...[quick.ping, busy.ping, quick.status, busy.status].map(({ p99Ms }) => figure(p99Ms)),
      ]);
    }
    await load.end();
    await asking.end();
    await daemon.end();
    await cluster.end();
    const head = ['round', 'commands/s', 'ping p99 ms', 'meanwhile', 'status p99 ms', 'meanwhile'];
    return {
      values: { slowNode: ofBulkhead, slowAsk: ofAsking },
      text: `the bulkhead allows ${allowed} commands/s\n${columns([head, ...rows], '>>>>>>')}`,
      figures: { allowed, rows },
    };
  },
});
