/** Who may ask the real daemon over HTTP: its own token without a list, the list's with one. */
import { chmodSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { knownClient, writeList } from '../clients/support.ts';
import { startCluster } from '../support/cluster.ts';
import { takesHttp } from '../support/takes-http.ts';

async function startAsked(options: Parameters<typeof startCluster>[0] = {}) {
  const cluster = await startCluster(options);
  onTestFinished(() => cluster.daemon[Symbol.asyncDispose]());
  const { daemon } = cluster;
  const tokenFile = join(daemon.dataDir, 'ops-token');
  return {
    ...cluster,
    tokenFile,
    own: () => readFileSync(tokenFile, 'utf8').trim(),
    list: join(daemon.dataDir, 'clients.json'),
    restart: async () => {
      await daemon.restart();
      await takesHttp(daemon);
    },
    ask: (token?: string) => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      return fetch(`${daemon.opsUrl}/v1/status`, { headers });
    },
  };
}

describe('the status over HTTP', () => {
  test('is the one that ZeroMQ clients get, for the token in the data folder', async () => {
    const { client, ask, own, tokenFile, daemon } = await startAsked();
    await client.create('1');
    expect(statSync(tokenFile).mode & 0o777).toBe(0o600);
    const answer = await ask(own());
    expect(answer.status).toBe(200);
    const { at, ...overHttp } = (await answer.json()) as { readonly at: number };
    const overZmq = await client.summary();
    expect(at).toBeGreaterThan(0);
    expect(Object.keys(overHttp).toSorted()).toEqual(Object.keys(overZmq).toSorted());
    expect(overHttp).toMatchObject({
      pid: daemon.pid,
      state: 'running',
      settled: { committed: 1 },
    });
    expect((await ask()).status).toBe(401);
    expect((await ask(knownClient('x', 'operate').token)).status).toBe(401);
    expect(daemon.output).not.toContain(own());
  });

  test('needs the token on loopback also with LOCKSTEP_AUTH=required', async () => {
    const { ask, own } = await startAsked({ env: { LOCKSTEP_AUTH: 'required' } });
    expect((await ask()).status).toBe(401);
    expect((await ask(own())).status).toBe(200);
  });

  test('keeps its token over restarts, and replaces one that others could read', async () => {
    const { ask, own, tokenFile, daemon, restart } = await startAsked();
    const first = own();
    await restart();
    expect(own()).toBe(first);
    expect((await ask(first)).status).toBe(200);
    chmodSync(tokenFile, 0o644);
    await restart();
    expect(own()).not.toBe(first);
    expect((await ask(first)).status).toBe(401);
    expect((await ask(own())).status).toBe(200);
    expect(daemon.output).toContain("the token of the operators' port was replaced");
  });

  test('takes the tokens of a list as soon as there is one, and the own token no longer', async () => {
    const { ask, own, list, daemon } = await startAsked();
    const [reader, sender] = [knownClient('grafana', 'read'), knownClient('deploy', 'commands')];
    expect((await ask(own())).status).toBe(200);
    writeList(list, reader.client, sender.client);
    await vi.waitUntil(async () => (await ask(own())).status === 401, 5000);
    expect((await ask(reader.token)).status).toBe(200);
    const refused = await ask(sender.token);
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain('the role read or operate is needed');
    writeList(list, sender.client);
    await vi.waitUntil(async () => (await ask(reader.token)).status === 401, 5000);
    await daemon.restart();
    expect((await ask(own())).status).toBe(401);
    expect((await fetch(`${daemon.opsUrl}/healthz`)).status).toBe(200);
  });
});
