/** A daemon that accepts no commands reports that in the same way everywhere. */
import { expect, onTestFinished, test, vi } from 'vitest';
import type { DaemonEvent } from '../../src/client/index.ts';
import { startCluster } from '../support/cluster.ts';
import { runCli } from '../support/run-cli.ts';

const LOOK_MS = 30_000;

async function startWatched(env: Readonly<Record<string, string>> = {}) {
  const cluster = await startCluster({ executors: 1, env });
  const { client, daemon } = cluster;
  const subscription = client.subscribe(['daemon.accepting']);
  onTestFinished(() => subscription.close());
  const events: DaemonEvent<'daemon'>['payload'][] = [];
  const reading = (async () => {
    for await (const event of subscription) {
      if (event.kind === 'daemon') events.push(event.payload);
    }
  })();
  const look = async (path: string) => {
    const answer = await fetch(`${daemon.opsUrl}${path}`);
    return { status: answer.status, text: await answer.text() };
  };
  return { ...cluster, subscription, reading, events, look };
}

test('P10: a node that is down: the daemon refuses, stays ready, and everybody names the node', async () => {
  const { client, daemon, look, events, subscription, reading } = await startWatched();
  const open = await client.breaker('node02', 'open', { by: 'test' });
  expect(open).toMatchObject({ breakers: { node02: { isOpen: true } } });
  const refusal = {
    reason: 'breaker',
    nodes: ['node02'],
    message: 'the breaker of node02 is open: an operator opened it',
  };
  expect(await client.ping()).toMatchObject({ accepting: false, refusal });
  expect(await client.summary()).toMatchObject({ accepting: false, refusal });
  expect(await client.isAccepting()).toBe(false);
  expect(await client.create('1')).toMatchObject({
    error: { code: 'unavailable', message: refusal.message },
  });
  await vi.waitUntil(async () => {
    return (await look('/metrics')).text.includes('lockstep_accepting{reason="breaker"} 0');
  }, LOOK_MS);
  expect((await look('/readyz')).status).toBe(200);
  const sent = `new commands are refused: ${refusal.message}`;
  const ping = await runCli(['ping', '--endpoint', daemon.endpoint]);
  expect(ping).toMatchObject({ code: 1, stdout: expect.stringContaining(`\n${sent}\n`) });
  const status = await runCli(['status', '--endpoint', daemon.endpoint]);
  expect(status.stdout).toContain(sent);
  expect(status.stdout).toMatch(/: running for .*, not accepting\n/);
  // Published once a subscriber listens; the breaker changes until then.
  await vi.waitUntil(async () => {
    await client.breaker('node02', 'close');
    await vi.waitUntil(() => client.isAccepting(), LOOK_MS);
    await client.breaker('node02', 'open');
    return events.length > 1;
  }, LOOK_MS);
  await client.breaker('node02', 'close');
  await vi.waitUntil(() => events.length % 2 === 0 && events.length > 1, LOOK_MS);
  expect(events.at(-2)).toMatchObject({ accepting: false, refusal, at: expect.any(String) });
  const since = { at: expect.any(String), number: expect.any(Number) };
  expect(events.at(-1)).toEqual({ accepting: true, ...since });
  expect(await client.ping()).toEqual({
    pid: daemon.pid,
    version: expect.any(String),
    accepting: true,
    journalId: expect.any(String),
  });
  subscription.close();
  await reading;
});

test('P10: a daemon that is full says so, and is not ready', async () => {
  const { sim, client, daemon, look } = await startWatched({ LOCKSTEP_OPEN_MAX: '1' });
  await sim.setFaults('*', { noAnswer: 1, noAnswerEffect: false });
  await client.create('1', { wait: 'accepted' });
  const message = '1 commands are open';
  expect(await client.ping()).toMatchObject({ refusal: { reason: 'full', message } });
  expect(await client.create('2')).toMatchObject({ error: { code: 'busy', message } });
  await vi.waitUntil(async () => (await look('/readyz')).status === 503, LOOK_MS);
  expect(JSON.parse((await look('/readyz')).text)).toEqual({ ok: false, reasons: [message] });
  expect((await look('/metrics')).text).toContain('lockstep_accepting{reason="full"} 0');
  daemon.signal('SIGTERM');
  daemon.signal('SIGTERM');
  expect(await daemon.ended()).toBe(0);
});
