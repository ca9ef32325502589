/** The operators' port of the real daemon. */
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { startCluster } from '../support/cluster.ts';
import { prepareDaemon } from '../support/daemon.ts';
import { freePorts } from '../support/free-ports.ts';

async function startObserved(options: Parameters<typeof startCluster>[0] = {}) {
  const cluster = await startCluster({ executors: 2, ...options });
  return {
    ...cluster,
    look: async (path: string) => {
      const answer = await fetch(`${cluster.daemon.opsUrl}${path}`);
      return { status: answer.status, text: await answer.text() };
    },
  };
}

describe("the operators' port", () => {
  test('counts what the daemon did', async () => {
    const { client, look } = await startObserved();
    await Promise.all(['1', '2', '3'].map((groupId) => client.create(groupId)));
    await client.delete('none');
    await client.status('nobody');
    const expected = [
      'lockstep_command_duration_seconds_count{op="create",lane="interactive",outcome="committed"} 3',
      'lockstep_command_duration_seconds_count{op="delete",lane="interactive",outcome="refused"} 1',
      'lockstep_node_answers_total{node="node03",kind="applied"} 3',
      'lockstep_answered_errors_total{code="unknown_command"} 1',
      'lockstep_commands_open 0',
      'lockstep_threads_alive 6',
    ];
    await vi.waitFor(async () => {
      const { text } = await look('/metrics');
      for (const line of expected) expect(text.split('\n')).toContain(line);
    }, 10_000);
    expect((await look('/healthz')).status).toBe(200);
    expect((await look('/readyz')).status).toBe(200);
  });

  test('answers while the daemon drains, and says so', async () => {
    const { sim, daemon, client, look } = await startObserved();
    await sim.setFaults('*', { noAnswer: 1, noAnswerEffect: false });
    await client.create('1', { wait: 'accepted' });
    daemon.signal('SIGTERM');
    await vi.waitUntil(async () => (await look('/readyz')).status === 503, 5000);
    expect(JSON.parse((await look('/readyz')).text)).toEqual({
      ok: false,
      reasons: ['the daemon is stopping'],
    });
    expect((await look('/healthz')).status).toBe(200);
    expect((await look('/metrics')).text).toContain('phase="stopping"');
    daemon.signal('SIGTERM');
    expect(await daemon.ended()).toBe(0);
  });

  test('that another program has: exit 1, with a clear word and before any work', async () => {
    const [port = 0] = await freePorts(1);
    const server = createServer().listen(port, '127.0.0.1');
    onTestFinished(() => void server.close());
    const nodes = 'node01=http://127.0.0.1:9/v1';
    const daemon = await prepareDaemon({ nodes, env: { LOCKSTEP_OPS_PORT: `${port}` } });
    onTestFinished(() => daemon[Symbol.asyncDispose]());
    await expect(daemon.restart()).rejects.toThrow('the daemon ended');
    expect(await daemon.ended()).toBe(1);
    expect(daemon.output).toContain(`cannot listen on http://127.0.0.1:${port}`);
    expect(daemon.output).toContain('LOCKSTEP_OPS_PORT');
  });
});
