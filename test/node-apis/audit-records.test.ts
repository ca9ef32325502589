/** Repairs of records that differ, and of records that are gone, on real servers. */
import { expect, test, vi } from 'vitest';
import type { ApiNode, NodeApi } from './apis/api.ts';
import { powerdns } from './apis/powerdns.ts';
import { users } from './apis/users.ts';
import { webdav } from './apis/webdav.ts';
import { direct, stage } from './stage.ts';

interface Case {
  readonly api: NodeApi;
  readonly headers: Readonly<Record<string, string>>;
  /** Where the record is; where it is created, and with which body. */
  readonly path: (key: string) => string;
  readonly create: (key: string) => { readonly path: string; readonly method: string };
  readonly bodyOf: (key: string, record: Readonly<Record<string, unknown>>) => object;
  /** Beside the changes that content needs anyhow. */
  readonly record?: object;
}

const CASES: readonly Case[] = [
  {
    api: powerdns,
    headers: { 'X-API-Key': powerdns.env?.['PDNS_KEY'] ?? '' },
    path: (key) => `/zones/${key}`,
    create: () => ({ path: '/zones', method: 'POST' }),
    bodyOf: (name, { address }) => ({
      name,
      kind: 'Native',
      nameservers: [],
      rrsets: [{ name, type: 'A', ttl: 300, records: [{ content: address, disabled: false }] }],
    }),
  },
  {
    api: webdav,
    headers: {},
    path: (key) => `/${encodeURIComponent(key)}`,
    create: (key) => ({ path: `/${encodeURIComponent(key)}`, method: 'PUT' }),
    bodyOf: (_key, record) => record,
    record: { key: null, content: 'text' },
  },
  {
    api: users,
    headers: { authorization: `Bearer ${users.env?.['USERS_TOKEN']}` },
    path: (key) => `/users/${key}`,
    create: () => ({ path: '/users', method: 'POST' }),
    bodyOf: (id, { name }) => ({ id, name }),
  },
];

test.each(CASES)(
  'P1: $api.name: the record of the right node replaces the others, and makes the lost one again',
  {
    timeout: 120_000,
  },
  async ({ api, headers, path, create, bodyOf, record: place }) => {
    if (api.missing() !== undefined || api.content === undefined) return;
    const { changes, recordOf, read } = api.content;
    const { client, nodes } = await stage(
      api,
      direct,
      place ? { ...changes, record: place } : changes,
    );
    const call = async ({ server, path: base }: ApiNode, to: string, init: RequestInit) => {
      const type = { 'content-type': 'application/json' };
      const url = `http://127.0.0.1:${server.port}${base}${to}`;
      const response = await fetch(url, { ...init, headers: { ...headers, ...type } });
      expect(response.status, `${init.method} ${to}`).toBeLessThan(300);
    };
    const [key, record] = [api.keyOf(1), recordOf(1)];
    expect(await client.create(key, { record })).toMatchObject({ state: 'committed' });
    const [a, b, c] = ['a', 'b', 'c'].map((name) => nodes.get(name));
    if (a === undefined || b === undefined || c === undefined) throw new Error('no nodes');
    await call(b, path(key), { method: 'DELETE' });
    const made = create(key);
    await call(b, made.path, {
      method: made.method,
      body: JSON.stringify(bodyOf(key, recordOf(2))),
    });
    const repaired = async (fields: object) => {
      const answer = await client.audit({ keys: [key], repair: true, ...fields });
      await vi.waitFor(
        async () => expect(await client.summary()).toMatchObject({ open: 0 }),
        20_000,
      );
      return answer;
    };
    const held = () => Promise.all([a, b, c].map((node) => read(node, key)));
    expect(await repaired({})).toMatchObject({ findings: [{ kind: 'different' }] });
    expect(await held()).toEqual([record, recordOf(2), record]);
    expect(await repaired({ right: 'a' })).toMatchObject({
      findings: [{ kind: 'different', repair: { op: 'create', right: 'a', replaces: ['b'] } }],
    });
    expect(await held()).toEqual([record, record, record]);
    await call(c, path(key), { method: 'DELETE' });
    expect(await repaired({})).toMatchObject({
      findings: [{ kind: 'missing', repair: { right: 'a' } }],
    });
    expect(await held()).toEqual([record, record, record]);
    expect(await repaired({})).toMatchObject({ findings: [] });
  },
);
