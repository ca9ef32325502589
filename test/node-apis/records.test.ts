/** Creates with content, on real servers: each of them shows what the client wrote. */
import { expect, test } from 'vitest';
import type { ApiNode } from './apis/api.ts';
import { powerdns } from './apis/powerdns.ts';
import { direct, stage } from './stage.ts';

const ZONE = 'zone-1.example.';
const headers = { 'X-API-Key': powerdns.env?.['PDNS_KEY'] ?? '' };
const record = {
  kind: 'Master',
  rrsets: [
    {
      name: `www.${ZONE}`,
      type: 'A',
      ttl: 300,
      records: [{ content: '192.0.2.7', disabled: false }],
    },
  ],
};

interface Zone {
  readonly kind: string;
  readonly rrsets: readonly { readonly name: string; readonly ttl: number }[];
}

async function zoneOn({ server, path }: ApiNode): Promise<Zone> {
  const url = `http://127.0.0.1:${server.port}${path}/zones/${ZONE}`;
  return (await (await fetch(url, { headers })).json()) as Zone;
}

test('P1: a zone is made with its kind and records on every server, and ensure compares the kind', {
  timeout: 120_000,
}, async (ctx) => {
  const why = powerdns.missing();
  if (why !== undefined) return ctx.skip(why);
  const body = { name: '{key}', kind: '{record.kind}', nameservers: [], rrsets: '{record.rrsets}' };
  const changes = {
    record: { content: { kind: '/kind' } },
    create: { body: { json: body } },
  };
  const { client, nodes, output } = await stage(powerdns, direct, changes);
  expect(await client.create(ZONE)).toMatchObject({ error: { field: 'record' } });
  expect(await client.create(ZONE, { record: { kind: 'Master' } })).toMatchObject({
    error: { field: 'record.rrsets' },
  });
  expect(await client.create(ZONE, { record })).toMatchObject({ state: 'committed' });
  for (const node of nodes.values()) {
    const { kind, rrsets } = await zoneOn(node);
    expect(kind).toBe('Master');
    expect(rrsets).toContainEqual(expect.objectContaining({ name: `www.${ZONE}`, ttl: 300 }));
  }
  const [first] = nodes.values();
  if (first === undefined) throw new Error('no node');
  const url = `http://127.0.0.1:${first.server.port}${first.path}/zones/${ZONE}`;
  await fetch(url, { method: 'DELETE', headers });
  const ensure = true;
  expect(
    await client.create(ZONE, { record: { ...record, kind: 'Native' }, ensure }),
  ).toMatchObject({
    state: 'refused',
    reason: 'different',
  });
  expect(await client.create(ZONE, { record, ensure })).toMatchObject({ state: 'committed' });
  expect((await zoneOn(first)).kind).toBe('Master');
  expect(output()).not.toContain('192.0.2.7');
});
