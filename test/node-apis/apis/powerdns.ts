/** PowerDNS's HTTP API: a record is a zone, the key of the API stands in a header. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { serverOf } from '../server.ts';
import type { NodeApi } from './api.ts';

const SCHEMA = '/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql';
const API_KEY = 'a-key-of-the-api';
const ADDRESS = {
  name: '{key}',
  type: 'A',
  ttl: 300,
  records: [{ content: '{record.address}', disabled: false }],
};

export const powerdns: NodeApi = {
  name: 'PowerDNS',
  missing: () => {
    const { error } = spawnSync('/usr/sbin/pdns_server', ['--version']);
    return error === undefined && existsSync(SCHEMA)
      ? undefined
      : 'pdns-server and pdns-backend-sqlite3 are not installed';
  },
  install: (_, folder, port) => {
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'zones.db');
    const database = new Database(file);
    database.pragma('journal_mode = WAL');
    database.exec(readFileSync(SCHEMA, 'utf8'));
    database.close();
    return {
      server: serverOf({ command: '/usr/sbin/pdns_server', args: flags(folder, port), port }),
      path: '/api/v1/servers/localhost',
      keys: async () => zonesIn(file),
    };
  },
  keyOf: (index) => `zone-${index}.example.`,
  env: { PDNS_KEY: API_KEY },
  example: 'powerdns',
  content: {
    changes: {
      // The SOA comes first.
      record: { content: { address: '/rrsets/1/records/0/content' } },
      create: {
        body: {
          json: { name: '{key}', kind: 'Native', nameservers: [], rrsets: [ADDRESS] },
        },
      },
    },
    // It makes the zone, then its records: two transactions.
    isCutByKill: true,
    recordOf: (index) => ({ address: `192.0.2.${index % 256}` }),
    read: async ({ server, path }, key) => {
      const url = `http://127.0.0.1:${server.port}${path}/zones/${key}`;
      const response = await fetch(url, { headers: { 'X-API-Key': API_KEY } });
      const zone = (await response.json()) as { rrsets: readonly RrSet[] };
      const address = zone.rrsets.find(({ type }) => type === 'A');
      return { address: address?.records[0]?.content };
    },
  },
};

interface RrSet {
  readonly type: string;
  readonly records: readonly { readonly content: string }[];
}

function flags(folder: string, port: number): readonly string[] {
  return [
    `--config-dir=${folder}/none`,
    `--socket-dir=${folder}`,
    '--launch=gsqlite3',
    `--gsqlite3-database=${join(folder, 'zones.db')}`,
    // Where names would be asked for: beside the port of the API.
    '--local-address=127.0.0.2',
    `--local-port=${port}`,
    '--api=yes',
    `--api-key=${API_KEY}`,
    '--webserver=yes',
    '--webserver-address=127.0.0.1',
    `--webserver-port=${port}`,
    '--daemon=no',
    '--guardian=no',
    '--loglevel=2',
    '--disable-syslog',
  ];
}

function zonesIn(file: string): readonly string[] {
  const database = new Database(file, { readonly: true });
  const rows = database.prepare('SELECT name FROM domains ORDER BY name').all();
  database.close();
  return (rows as { name: string }[]).map(({ name }) => `${name}.`);
}
