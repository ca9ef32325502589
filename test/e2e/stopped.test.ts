/** A daemon that is stopped for a while (SIGSTOP, a machine that sleeps) and continues late. */
import { expect, test, vi } from 'vitest';
import { startCluster } from '../support/cluster.ts';

/** Above one second, so that its timer takes the usual way (lifecycle/timer.ts). */
const TIMEOUT_MS = 2000;

test('P4: what nodes answered while the daemon was stopped counts, though their time is over', async () => {
  const { sim, daemon, client } = await startCluster({
    env: { LOCKSTEP_REQUEST_TIMEOUT_MS: String(TIMEOUT_MS) },
  });
  await sim.setFaults('*', { slow: 1, slowMs: [TIMEOUT_MS / 2, TIMEOUT_MS / 2] });
  const asked = client.create('late', { timeoutMs: 60_000 });
  const countsOf = async (what: 'calls' | 'answers') =>
    Object.values(await sim.counters()).map(({ calls, answers }) =>
      what === 'calls' ? calls.create : (answers['201'] ?? 0),
    );
  await vi.waitUntil(async () => (await countsOf('calls')).every((count) => count === 1));
  daemon.signal('SIGSTOP');
  const stoppedMs = performance.now();
  await vi.waitUntil(async () => (await countsOf('answers')).every((count) => count === 1), 5000);
  await vi.waitUntil(() => performance.now() - stoppedMs > 2 * TIMEOUT_MS, 5000);
  daemon.signal('SIGCONT');
  const once = { state: 'present', attempts: 1 };
  expect(await asked).toMatchObject({
    state: 'committed',
    nodes: { node01: once, node02: once, node03: once },
  });
});
