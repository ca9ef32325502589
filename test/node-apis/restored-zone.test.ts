/** P1 on PowerDNS: a zone that a rolled-back delete makes again has the records that it had. */
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ApiNode } from './apis/api.ts';
import { powerdns } from './apis/powerdns.ts';
import { direct, stage, type Way } from './stage.ts';

const ZONE = 'zone-1.example.';
const headers = { 'X-API-Key': powerdns.env?.['PDNS_KEY'] ?? '' };
const RECORDS = [
  {
    name: `www.${ZONE}`,
    type: 'A',
    ttl: 300,
    records: [{ content: '192.0.2.7', disabled: false }],
  },
  {
    name: ZONE,
    type: 'TXT',
    ttl: 60,
    records: [{ content: '"a text"', disabled: false }],
  },
];

/** In front of the last node stands somebody who refuses its deletes, and passes on all else. */
const refusingDeletes: Way = {
  name: 'with deletes refused',
  missing: () => undefined,
  open: async (nodes) => {
    const road = await direct.open(nodes, join('none'));
    const port = nodes.get('c')?.server.port ?? 0;
    const proxy = createServer((asked, answer) => {
      if (asked.method === 'DELETE') return answer.writeHead(403).end('{"error": "read only"}');
      const { method, url: path } = asked;
      const onward = request(
        { host: '127.0.0.1', port, method, path, headers: asked.headers },
        (got) => {
          answer.writeHead(got.statusCode ?? 500, got.headers);
          got.pipe(answer);
        },
      );
      return asked.pipe(onward);
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    onTestFinished(() => {
      proxy.closeAllConnections();
      proxy.close();
    });
    const { port: own } = proxy.address() as AddressInfo;
    const url = `http://127.0.0.1:${own}${nodes.get('c')?.path}`;
    return { ...road, address: (name) => (name === 'c' ? { url } : road.address(name)) };
  },
};

/** Every record set but the SOA, as a text each. */
async function sortedOn({ server, path }: ApiNode): Promise<readonly string[]> {
  const reply = await fetch(`http://127.0.0.1:${server.port}${path}/zones/${ZONE}`, { headers });
  const { rrsets } = (await reply.json()) as { rrsets: { type: string }[] };
  return rrsets
    .filter(({ type }) => type !== 'SOA')
    .map((one) => JSON.stringify(one))
    .sort();
}

test('P1, F3: a zone is made again with its records, and the answer names what it lacks', {
  timeout: 60_000,
}, async (ctx) => {
  const why = powerdns.missing();
  if (why !== undefined) return ctx.skip(why);
  const { client, nodes } = await stage(powerdns, refusingDeletes);
  expect(await client.create(ZONE)).toMatchObject({ state: 'committed' });
  const rrsets = RECORDS.map((one) => ({ ...one, changetype: 'REPLACE' }));
  for (const { server, path } of nodes.values()) {
    const patched = await fetch(`http://127.0.0.1:${server.port}${path}/zones/${ZONE}`, {
      method: 'PATCH',
      headers,
      body: JSON.stringify({ rrsets }),
    });
    expect(patched.status).toBe(204);
  }
  const before = await Promise.all([...nodes.values()].map(sortedOn));
  expect(before[0]?.join()).toContain('192.0.2.7');

  const answer = await client.delete(ZONE);
  expect(answer).toMatchObject({
    state: 'rolled_back',
    reason: 'node_refused',
    nodes: {
      a: { restored: 'mapped', dropped: expect.arrayContaining(['serial', 'soa_edit']) },
      b: { restored: 'mapped' },
      c: { restored: 'unchanged' },
    },
  });
  expect(await Promise.all([...nodes.values()].map(sortedOn))).toEqual(before);
});

test('P1, F7: a zone of more than 64 KiB is made again with all of its records', {
  timeout: 60_000,
}, async (ctx) => {
  const why = powerdns.missing();
  if (why !== undefined) return ctx.skip(why);
  const { client, nodes } = await stage(powerdns, refusingDeletes);
  expect(await client.create(ZONE)).toMatchObject({ state: 'committed' });
  const rrsets = Array.from({ length: 1000 }, (_, index) => ({
    name: `host-${index}.${ZONE}`,
    type: 'A',
    ttl: 300,
    changetype: 'REPLACE',
    records: [{ content: `192.0.2.${index % 256}`, disabled: false }],
  }));
  for (const { server, path } of nodes.values()) {
    const url = `http://127.0.0.1:${server.port}${path}/zones/${ZONE}`;
    const body = JSON.stringify({ rrsets });
    expect((await fetch(url, { method: 'PATCH', headers, body })).status).toBe(204);
  }
  const before = await Promise.all([...nodes.values()].map(sortedOn));
  expect(before[0]?.join().length).toBeGreaterThan(64 * 1024);
  const answer = await client.delete(ZONE, { deadlineMs: 30_000 });
  expect(answer).toMatchObject({ state: 'rolled_back', nodes: { a: { restored: 'mapped' } } });
  expect(await Promise.all([...nodes.values()].map(sortedOn))).toEqual(before);
});
