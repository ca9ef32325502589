/**
 * Somebody else's cluster and daemon, which a program under test must leave alone: whatever connects
 * to them is noted, and answered as healthy nodes would answer, so that it goes on.
 */

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { freePorts } from './free-ports.ts';

const NODES = ['node01', 'node02', 'node03'];
const SERVICES = ['endpoint', 'events', 'telemetry'];

export interface ForeignCluster extends AsyncDisposable {
  /** What names its nodes, its data folder and its chats. */
  readonly env: Readonly<Record<string, string>>;
  /** The former as a configuration file, for a folder that programs run in. */
  writeConfig(folder: string): void;
  /** What names its daemon: whoever would start one of his own there can't. */
  readonly daemonEnv: Readonly<Record<string, string>>;
  /** What was done to it so far: connections by what they came to, files in its data folder. */
  touched(): readonly string[];
}

/** @param folder for its data */
export async function startForeignCluster(folder: string): Promise<ForeignCluster> {
  const dataDir = join(folder, 'foreign-data');
  mkdirSync(dataDir, { recursive: true });
  const names = [...SERVICES, ...NODES];
  const ports = await freePorts(names.length);
  const touched: string[] = [];
  const servers = names.map((name, index) => listen(name, ports[index] ?? 0, touched));
  const portOf = (name: string) => ports[names.indexOf(name)];
  const urls = NODES.map((name) => [name, `http://127.0.0.1:${portOf(name)}/v1`] as const);
  const telemetry = `http://127.0.0.1:${portOf('telemetry')}`;
  const addresses = {
    webhookUrl: `${telemetry}/webhook`,
    sentryDsn: `http://key@127.0.0.1:${portOf('telemetry')}/1`,
  };
  return {
    env: {
      LOCKSTEP_NODES: urls.map(([name, url]) => `${name}=${url}`).join(','),
      LOCKSTEP_DATA_DIR: dataDir,
      NODESIM_DATA_DIR: dataDir,
      SENTRY_DSN: addresses.sentryDsn,
      WEBHOOK_URL: addresses.webhookUrl,
    },
    daemonEnv: {
      LOCKSTEP_ENDPOINT: `tcp://127.0.0.1:${portOf('endpoint')}`,
      LOCKSTEP_EVENTS_ENDPOINT: `tcp://127.0.0.1:${portOf('events')}`,
    },
    writeConfig: (place) => {
      const config = { ...addresses, nodes: Object.fromEntries(urls), dataDir };
      writeFileSync(join(place, 'lockstep.config.json'), JSON.stringify(config));
    },
    touched: () => [...touched, ...readdirSync(dataDir)],
    [Symbol.asyncDispose]: async () => {
      for (const server of servers) server.closeAllConnections();
      await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
    },
  };
}

function listen(name: string, port: number, touched: string[]): Server {
  const server = createServer((request, response) => {
    touched.push(`${name}: ${request.method} ${request.url}`);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"groups":[]}');
  });
  server.on('connection', () => touched.push(`${name}: a connection`));
  return server.listen(port, '127.0.0.1');
}
