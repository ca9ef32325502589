/** Thousands of rollbacks that wait for nodes, each with a large record of every node: they are not in memory. */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { connectTo } from '../support/cluster.ts';
import { startDaemon } from '../support/daemon.ts';
import { tempFolder } from '../support/temp-folder.ts';

const MIB = 1024 * 1024;
/** STUCK_DELETES=4000 is the number of the decision. */
const COUNT = Number(process.env['STUCK_DELETES'] ?? 1200);
const RECORD_BYTES = 60 * 1024;
const HELD_BYTES_MAX = 4 * MIB;
/** Its records alone would be 210 MiB, and as much again while they are read and written. */
const GROWTH_MAX = 240 * MIB;
const TIMEOUT_MS = 600_000;

const COMMAND = { wait: 'accepted', lane: 'bulk', deadlineMs: TIMEOUT_MS } as const;

const KEYS = Array.from({ length: COUNT }, (_, index) => `k${index}`);

interface LargeNode {
  readonly url: string;
  readonly keys: Set<string>;
  /** While true, it makes no record again. */
  isDown: boolean;
}

/** Each record differs, by key and by node. */
function bodyOf(node: number, key: string): string {
  const line = `${node} ${key} `;
  const content = line.repeat(Math.ceil(RECORD_BYTES / line.length)).slice(0, RECORD_BYTES);
  return JSON.stringify({ groupId: key, content });
}

/** A node of the dialect `challenge`; the last one refuses every delete. */
async function startLargeNode(number: number, wrong: string[]): Promise<LargeNode> {
  const keys = new Set(KEYS);
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const end = (status: number, body: string) => response.writeHead(status).end(body);
    const body = await text(request);
    if (request.method === 'GET') {
      const key = decodeURIComponent(request.url?.split('/')[2] ?? '');
      return keys.has(key) ? end(200, bodyOf(number, key)) : end(404, 'no such group');
    }
    const { groupId } = JSON.parse(body) as { groupId: string };
    if (request.method === 'DELETE') {
      if (number === 3) return end(403, 'not now');
      return keys.delete(groupId) ? end(200, 'DELETED') : end(404, 'no such group');
    }
    // No fault of the node: its breaker stays closed, and every rollback tries again.
    if (node.isDown) return end(422, 'not now');
    if (body !== bodyOf(number, groupId)) wrong.push(`${groupId}: ${body.slice(0, 80)}`);
    keys.add(groupId);
    return end(201, 'CREATED');
  };
  const server = createServer((request, response) => void respond(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const node: LargeNode = { url, keys, isDown: true };
  return node;
}

/** The most memory that the process has had, bytes. */
function peakOf(pid: number): number {
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) * 1024;
}

test(
  'P5, P9: rollbacks wait without the records that they restore, and restore each node’s own',
  async () => {
    const wrong: string[] = [];
    const nodes = await Promise.all([1, 2, 3].map((number) => startLargeNode(number, wrong)));
    const config = join(tempFolder(), 'lockstep.config.json');
    const mine = { extends: 'challenge', delete: { restore: 'exact' } };
    writeFileSync(config, JSON.stringify({ dialect: 'mine', dialects: { mine } }));
    await using daemon = await startDaemon({
      nodes: nodes.map(({ url }, index) => `node0${index + 1}=${url}`).join(),
      env: {
        LOCKSTEP_CONFIG: config,
        LOCKSTEP_HELD_BYTES_MAX: String(HELD_BYTES_MAX),
        LOCKSTEP_STUCK_AFTER_MS: '1000',
        LOCKSTEP_BACKOFF_CAP_MS: '5000',
      },
    });
    const begun = performance.now();
    const before = peakOf(daemon.pid);
    const client = await connectTo(daemon);
    await Promise.all(KEYS.map((groupId) => client.delete(groupId, COMMAND)));
    const patient = { timeout: TIMEOUT_MS, interval: 500 };
    await vi.waitFor(
      async () => expect(await client.summary()).toMatchObject({ stuck: COUNT }),
      patient,
    );
    const grown = peakOf(daemon.pid) - before;
    await daemon.kill9();
    await daemon.restart();
    const afterStart = peakOf(daemon.pid);
    for (const node of nodes) node.isDown = false;
    const again = await connectTo(daemon);
    await vi.waitFor(
      async () =>
        expect(await again.summary()).toMatchObject({ open: 0, settled: { rolled_back: COUNT } }),
      patient,
    );
    expect(nodes.map(({ keys }) => keys.size)).toEqual([COUNT, COUNT, COUNT]);
    const peak = peakOf(daemon.pid);
    if (process.env['STUCK_DELETES'] !== undefined) {
      const mib = (bytes: number) => Math.round(bytes / MIB);
      console.log(
        `before ${mib(before)}, grown ${mib(grown)}, after a start ${mib(afterStart)}, peak ${mib(peak)} MiB, ${Math.round((performance.now() - begun) / 1000)} s`,
      );
    }
    expect(wrong).toEqual([]);
    expect(grown).toBeLessThan(GROWTH_MAX);
    expect(peak - before).toBeLessThan(GROWTH_MAX);
  },
  TIMEOUT_MS,
);
