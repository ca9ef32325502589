/**
 * Attacks on the daemon's two sockets, each by few bytes. One daemon bears all of this file, while an
 * honest client works on beside it (P9, P10).
 */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { LockstepClient } from '../../src/client/index.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { type Nodesim, startNodesim } from '../support/nodesim.ts';
import { SteadyClient } from '../support/steady-client.ts';
import { forgedBody, postLikeABrowser } from '../support/web-page.ts';

/** An honest client is held up by no more than this, on two busy cores. */
const SLOWEST_MS = 1500;

let sim: Nodesim;
let daemon: Daemon;
let client: LockstepClient;
let steady: SteadyClient;
let firstPid: number;

beforeAll(async () => {
  sim = await startNodesim();
  daemon = await startDaemon({ nodes: sim.nodes, env: { LOCKSTEP_LOG_LEVEL: 'warn' } });
  const { endpoint, eventsEndpoint } = daemon;
  client = await LockstepClient.connect({ endpoint, eventsEndpoint });
  steady = new SteadyClient(endpoint);
  firstPid = daemon.pid;
  await steady.report();
});

afterAll(async () => {
  steady[Symbol.dispose]();
  client.close();
  await daemon[Symbol.asyncDispose]();
  await sim[Symbol.asyncDispose]();
});

afterEach(async () => {
  const { slowestMs, faults, answered } = await steady.report();
  expect(daemon.alive, daemon.output).toBe(true);
  expect(faults).toEqual([]);
  expect(answered, 'the honest client is not answered').toBeGreaterThan(0);
  expect(slowestMs, 'the honest client waits').toBeLessThan(SLOWEST_MS);
  expect(await client.ping()).toMatchObject({ pid: firstPid, ready: true });
});

describe('a web page', () => {
  const orders = [
    { op: 'create', id: 'forged', groupId: 'forged' },
    { op: 'pause', by: 'a web page' },
    { op: 'breaker', node: 'node01', act: 'open' },
  ];

  async function expectNothingDone(): Promise<void> {
    expect(await client.status('forged')).toMatchObject({ error: { code: 'unknown_command' } });
    const { breakers } = (await client.breakers()) as { breakers: Record<string, object> };
    expect(breakers['node01']).toMatchObject({ state: 'closed', openings: 0 });
    expect(await client.create(randomUUID())).toMatchObject({ state: 'committed' });
  }

  test('cannot command the daemon by a POST whose bytes are frames of ZMTP 1.0', async () => {
    for (const endpoint of [daemon.endpoint, daemon.eventsEndpoint]) {
      await postLikeABrowser(new URL(endpoint), forgedBody(orders), 500);
    }
    await expectNothingDone();
  });

  test('cannot command it by fetch either', async () => {
    const { host } = new URL(daemon.endpoint);
    const body = new Uint8Array(forgedBody(orders));
    const signal = AbortSignal.timeout(2000);
    await expect(fetch(`http://${host}/`, { method: 'POST', body, signal })).rejects.toThrow();
    await expectNothingDone();
  });
});
