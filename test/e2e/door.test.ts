/** The thread for HTTP in the real daemon: it answers whatever main and the coordinator do. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { LockstepClient } from '../../src/client/index.ts';
import { knownClient, writeList } from '../clients/support.ts';
import { startCluster } from '../support/cluster.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { BUSY_LOOP, evaluateIn, INSPECTED } from '../support/inspector.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** No program listens there. */
const NODES = 'node01=http://127.0.0.1:9/v1';
const HEALTH_MS_MAX = 1000;
/** A second, and what a busy machine adds. */
const REMOVED_MS_MAX = 2000;
const SATURATED_MS = 3000;
/** Silence of a thread that a supervisor would see. */
const LATE_MS = 2000;
const PATIENCE = { timeout: 10_000, interval: 20 };

interface Health {
  readonly status: number;
  readonly reasons: readonly string[];
  readonly tookMs: number;
}

async function running(): Promise<Daemon> {
  const daemon = await startDaemon({ nodes: NODES, env: INSPECTED });
  onTestFinished(() => daemon[Symbol.asyncDispose]());
  return daemon;
}

async function healthOf({ opsUrl }: Daemon): Promise<Health> {
  const begun = performance.now();
  const answer = await fetch(`${opsUrl}/healthz`);
  const { reasons } = (await answer.json()) as Pick<Health, 'reasons'>;
  return { status: answer.status, reasons, tookMs: performance.now() - begun };
}

describe('P8: health is answered within a second', () => {
  test.each(['main', 'coordinator', 'watchdog', 'executor-1'])(
    'while %s hangs, and says so',
    async (name) => {
      const daemon = await running();
      await evaluateIn(daemon, name, BUSY_LOOP);
      const seen: Health[] = [];
      await vi.waitFor(async () => {
        seen.push(await healthOf(daemon));
        expect(seen.at(-1)?.reasons.join()).toMatch(
          new RegExp(`thread ${name} (is lost|has been blocked)`),
        );
      }, PATIENCE);
      // From the beginning of the hang on, not only at its end.
      expect(seen.length).toBeGreaterThan(50);
      expect(Math.max(...seen.map(({ tookMs }) => tookMs))).toBeLessThan(HEALTH_MS_MAX);
      expect(seen.at(-1)?.status).toBe(503);
    },
  );
});

test('P8: with both doors saturated both are served, health is answered in time, and no beat is late', async () => {
  const { daemon, client } = await startCluster();
  const token = readFileSync(join(daemon.dataDir, 'ops-token'), 'utf8').trim();
  const headers = { authorization: `Bearer ${token}` };
  const until = performance.now() + SATURATED_MS;
  const served = { zeromq: 0, http: 0 };
  const keep = async (act: () => Promise<void>): Promise<void> => {
    while (performance.now() < until) await act();
  };
  const overZeromq = keep(async () => {
    const ids = Array.from({ length: 64 }, (_, index) => `${served.zeromq}-${index}`);
    await Promise.all(ids.map((id) => client.create(id)));
    served.zeromq += ids.length;
  });
  const overHttp = Array.from({ length: 16 }, () =>
    keep(async () => {
      const { status } = await fetch(`${daemon.opsUrl}/v1/status`, { headers });
      expect(status).toBe(200);
      served.http++;
    }),
  );
  const seen: Health[] = [];
  const silentMs: number[] = [];
  const looking = keep(async () => {
    seen.push(await healthOf(daemon));
    const text = await (await fetch(`${daemon.opsUrl}/metrics`)).text();
    for (const [, seconds] of text.matchAll(/^lockstep_thread_silent_seconds\{.*\} (.*)$/gm)) {
      silentMs.push(1000 * Number(seconds));
    }
  });
  await Promise.all([overZeromq, ...overHttp, looking]);
  expect(seen.filter(({ status }) => status !== 200)).toEqual([]);
  expect(Math.max(...seen.map(({ tookMs }) => tookMs))).toBeLessThan(HEALTH_MS_MAX);
  // Of main, watchdog, door, coordinator and executor; a beat is due every 400 ms.
  expect(silentMs.length).toBe(5 * seen.length);
  expect(Math.max(...silentMs)).toBeLessThan(LATE_MS);
  expect(served.zeromq).toBeGreaterThan(64);
  expect(served.http).toBeGreaterThan(16);
});

describe('events over HTTP', () => {
  async function streamOf({ opsUrl }: Daemon, token: string, topic: string) {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${opsUrl}/v1/events?topic=${topic}`, { headers });
    expect(answer.status).toBe(200);
    const seen = { text: '', isOver: false };
    const read = async (): Promise<void> => {
      const decoder = new TextDecoder();
      for await (const part of answer.body ?? []) seen.text += decoder.decode(part);
    };
    void read()
      .catch(() => undefined)
      .finally(() => {
        seen.isOver = true;
      });
    return seen;
  }

  test('show a command from its acceptance to its end, also when the events socket is off', async () => {
    const dataDir = tempFolder();
    const operator = knownClient('ann', 'operate');
    writeList(join(dataDir, 'clients.json'), operator.client);
    const { daemon } = await startCluster({ dataDir, env: { LOCKSTEP_AUTH: 'required' } });
    const { token } = operator;
    const seen = await streamOf(daemon, token, 'command.');
    const { endpoint } = daemon;
    const client = new LockstepClient({ endpoint, token });
    onTestFinished(() => client.close());
    expect(await client.ping()).toMatchObject({ events: 'off' });
    const { id } = await client.create('1');
    await vi.waitFor(() => {
      const topics = [...seen.text.matchAll(/^event: (.*)$/gm)].map(([, topic]) => topic);
      expect(topics).toEqual(['command.accepted', 'command.committed']);
    }, PATIENCE);
    expect(seen.text).toContain(id);
  });

  test('a client that is removed from the list is let go within a second', async () => {
    const { daemon } = await startCluster();
    const list = join(daemon.dataDir, 'clients.json');
    const [ann, page] = [knownClient('ann', 'operate'), knownClient('page', 'read')];
    writeList(list, ann.client, page.client);
    await vi.waitUntil(async () => {
      const headers = { authorization: `Bearer ${page.token}` };
      return (await fetch(`${daemon.opsUrl}/v1/status`, { headers })).ok;
    }, PATIENCE);
    const [stays, goes] = [
      await streamOf(daemon, ann.token, ''),
      await streamOf(daemon, page.token, ''),
    ];
    writeList(list, ann.client);
    const begun = performance.now();
    await vi.waitUntil(() => goes.isOver, PATIENCE);
    expect(performance.now() - begun).toBeLessThan(REMOVED_MS_MAX);
    expect(stays.isOver).toBe(false);
  });

  test('a client comes back to the daemon after a restart, and is sent that it missed events', async () => {
    const { daemon } = await startCluster();
    const token = readFileSync(join(daemon.dataDir, 'ops-token'), 'utf8').trim();
    const before = await streamOf(daemon, token, '');
    await daemon.restart();
    expect(before.isOver).toBe(true);
    const headers = { authorization: `Bearer ${token}`, 'last-event-id': String(Date.now() * 500) };
    const { body } = await fetch(`${daemon.opsUrl}/v1/events`, { headers });
    let text = '';
    for await (const part of body ?? []) {
      text += new TextDecoder().decode(part);
      if (text.includes('data:')) break;
    }
    expect(text).toContain('event: missed\ndata: {}\n');
  });
});
