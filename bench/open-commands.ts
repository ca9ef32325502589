/** The cost of many open commands: memory while they wait, and time of a start with them. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runBench } from './rig/bench.ts';
import { Cluster } from './rig/cluster.ts';
import { residentBytes } from './rig/cpu.ts';
import { Daemon } from './rig/daemon.ts';
import { Client } from './rig/subjects.ts';

/** Longer than the whole bench: requests to the nodes get no answer. */
const NEVER_MS = 60 * 60 * 1000;
/** The timeouts of request, connection and drain must nest: see the relations of settings. */
const REQUEST_MS = 9000;
const SETTLE_MS = 2000;
const MB = 1_000_000;

await runBench({
  name: 'open-commands',
  about: `
Nodes that do not answer, and --open creates accepted: what they add to the daemon's resident memory
over that of the idle daemon after a warm-up; then kill -9, and the time from the start of the process
until it is ready, with all of these sagas begun and open. Each round has a journal of its own.
Not measured: memory of clients; the time until the last of them has settled.`,
  full: { open: 100_000, rounds: 3, 'warm-up': 20_000 },
  small: { open: 200, rounds: 1, 'warm-up': 100 },
  run: async ({ open, rounds, 'warm-up': warmUp }, rig) => {
    const memory: number[] = [];
    const starts: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      await rig.look();
      const cluster = await Cluster.start();
      const place = {
        name: `round-${round}`,
        dataDir: join(rig.dir, String(round)),
        nodes: cluster.nodes,
        env: { LOCKSTEP_REQUEST_TIMEOUT_MS: String(REQUEST_MS), LOCKSTEP_QUIESCE_MS: '9000' },
      };
      const daemon = await Daemon.start(place);
      const client = await Client.connect(place.name, { endpoint: daemon.endpoint });
      // As many commands as are in work at once, so that memory which any load needs is not
      // counted.
      const load = { kind: 'load', inFlight: 1000, warmUpMs: 0, measureMs: warmUp / 10 } as const;
      await client.do({ ...load, prefix: 'warm' });
      await sleep(Math.min(SETTLE_MS, warmUp));
      const before = residentBytes(daemon.pid);
      await cluster.delay(NEVER_MS);
      await client.do({ kind: 'fill', count: open, prefix: 'open', lane: 'interactive' });
      const after = residentBytes(daemon.pid);
      if (before !== undefined && after !== undefined) memory.push((after - before) / MB);
      await client.end();
      await daemon.kill();
      starts.push((await daemon.restart()) / 1000);
      await daemon.kill();
      await cluster.end();
    }
    const mb = memory.map((one) => one.toFixed(0)).join(', ');
    const seconds = starts.map((one) => one.toFixed(2)).join(', ');
    return {
      values: { memory, start: starts },
      text: `MB above idle: ${mb}\nseconds until ready: ${seconds}`,
      figures: { memory, starts },
    };
  },
});
