/** A daemon with a start gate, before the gate opens, and if it never opens. */
import { createServer } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Faults } from '../../src/nodesim/faults/schema.ts';
import { startCluster, statusOf } from '../support/cluster.ts';
import { prepareDaemon } from '../support/daemon.ts';
import { freePorts } from '../support/free-ports.ts';

/** No program listens there. */
const SHUT = 'tcp://127.0.0.1:9';
const DEAF: Faults = { noAnswer: 1, noAnswerEffect: false };
const SETTINGS = { LOCKSTEP_REQUEST_TIMEOUT_MS: '1500', LOCKSTEP_QUIESCE_MS: '1500' };
const STOP_MS = 1000;

test('does nothing before it opens, what is open from before included', async () => {
  const { sim, daemon, client } = await startCluster({ executors: 1, env: SETTINGS });
  await sim.setFaults('node02', DEAF);
  expect(await client.create('k', { id: 'k', wait: 'accepted' })).toMatchObject({ id: 'k' });
  await daemon.kill9();
  await sim.clearFaults();
  const before = await sim.counters();
  const [port = 0] = await freePorts(1);
  const ready = daemon.restart({ LOCKSTEP_START_GATE: `tcp://127.0.0.1:${port}` });
  await vi.waitUntil(() => daemon.output.includes(`waiting for tcp://127.0.0.1:${port}`), 10_000);
  expect(await sim.counters()).toEqual(before);
  const gate = createServer().listen(port, '127.0.0.1');
  onTestFinished(() => void gate.close());
  await ready;
  await statusOf(client, 'k', { state: 'committed' });
});

test('P9: stops at once while it waits, and gives up after startGateMs with 1', async () => {
  const daemon = await prepareDaemon({ nodes: 'node01=http://127.0.0.1:9/v1' });
  onTestFinished(() => daemon[Symbol.asyncDispose]());
  const shut = { LOCKSTEP_START_GATE: SHUT };
  const waiting = daemon.restart(shut).catch((error: unknown) => error);
  await vi.waitUntil(() => daemon.output.includes(`waiting for ${SHUT}`), 10_000);
  const begun = performance.now();
  expect(await daemon.stop()).toBe(0);
  expect(performance.now() - begun).toBeLessThan(STOP_MS);
  await waiting;
  await expect(daemon.restart({ ...shut, LOCKSTEP_START_GATE_MS: '100' })).rejects.toThrow(
    `${SHUT} did not answer within 100 ms: ECONNREFUSED`,
  );
  expect(await daemon.ended()).toBe(1);
});
