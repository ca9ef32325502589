/** The cost of open live pages. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LockstepClient } from '../src/client/index.ts';
import { runBench } from './rig/bench.ts';
import { Cluster } from './rig/cluster.ts';
import { type ThreadTimes, threadTimes } from './rig/cpu.ts';
import { Daemon } from './rig/daemon.ts';
import { secure } from './rig/secured.ts';
import { Client } from './rig/subjects.ts';
import { columns, figure } from './rig/table.ts';

/** As often as the daemon has new figures. */
const ROUND_MS = 1000;

await runBench({
  name: 'pages',
  about: `
Processor time of the daemon's coordinator, which all commands need, as a share of one core: with --pages live
pages that show the newest commands, less without. --open commands for --nodes nodes wait in a paused lane.
A page asks as src/page does: the state and the newest commands, whenever the daemon has new figures.
Not measured: the browser; the first load of a page.`,
  full: { rounds: 5, seconds: 10, open: 200_000, nodes: 50, pages: 5 },
  small: { rounds: 1, seconds: 0.2, open: 200, nodes: 3, pages: 2 },
  run: async ({ rounds, seconds, open, nodes: count, pages }, rig) => {
    const cluster = await Cluster.start(count);
    const { nodes } = cluster;
    const dataDir = join(rig.dir, 'pages');
    const { token, client: options } = secure(dataDir, 'token', 'operate');
    const daemon = await Daemon.start({ name: 'pages', dataDir, nodes });
    const client = await Client.connect('the filler', { ...options, endpoint: daemon.endpoint });
    const operator = await LockstepClient.connect({ ...options, endpoint: daemon.endpoint });
    await operator.pause('bulk');
    operator.close();
    await client.do({ kind: 'fill', count: open, prefix: 'open', lane: 'bulk' });
    const shares: number[] = [];
    const rows: string[][] = [];
    for (let round = 1; round <= rounds; round++) {
      await rig.look();
      const without = await timesOver(daemon.pid, seconds * 1000);
      const shown = new AbortController();
      const asked = Array.from({ length: pages }, () =>
        showPage(daemon.opsUrl, token, shown.signal),
      );
      const during = await timesOver(daemon.pid, seconds * 1000);
      shown.abort();
      await Promise.all(asked);
      if (without === undefined || during === undefined) break;
      shares.push(during.coordinator - without.coordinator);
      rows.push([
        String(round),
        ...[without.coordinator, during.coordinator, without.all, during.all].map(figure),
      ]);
    }
    await client.end();
    await daemon.kill();
    await cluster.end();
    const head = ['round', 'coordinator %', 'with pages', 'all threads %', 'with pages'];
    return { values: { pages: shares }, text: columns([head, ...rows], '>>>>>'), figures: rows };
  },
});

/** Until it is aborted. @throws if an answer is no success */
async function showPage(url: string, token: string, signal: AbortSignal): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  const get = async (path: string): Promise<unknown> => {
    const answer = await fetch(`${url}${path}`, { headers });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  let after = 0;
  while (!signal.aborted) {
    const begun = performance.now();
    ({ next: after } = (await get(`/v1/history?after=${after}`)) as { next: number });
    await get('/v1/commands?limit=50');
    await sleep(Math.max(0, begun + ROUND_MS - performance.now()));
  }
}

/** Shares of one core, in %; undefined if the system does not show them. */
async function timesOver(pid: number, ms: number) {
  const [before, from] = [threadTimes(pid), performance.now()];
  await sleep(ms);
  const [after, elapsedMs] = [threadTimes(pid), performance.now() - from];
  if (!after.known) return undefined;
  const share = (of: (times: ThreadTimes) => number) => (of(after) - of(before)) / elapsedMs / 10;
  return {
    coordinator: share(({ micros }) => micros['coordinator'] ?? 0),
    all: share(({ totalMicros }) => totalMicros),
  };
}
