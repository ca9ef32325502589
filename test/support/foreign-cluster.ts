/**
 * The cluster and the daemon of another project, which a program under test must leave alone. Each
 * connection to them is recorded and answered as by healthy nodes, so that the program continues.
 */

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { freePorts } from './free-ports.ts';

const NODES = ['node01', 'node02', 'node03'];
const SERVICES = ['endpoint', 'events', 'telemetry'];

export interface ForeignCluster extends AsyncDisposable {
  /** Variables that name its nodes, its data folder and its chats. */
  readonly env: Readonly<Record<string, string>>;
  /** The same as a configuration file, for the working directory of programs. */
  writeConfig(folder: string): void;
  /** Variables that name its daemon: another daemon cannot start there. */
  readonly daemonEnv: Readonly<Record<string, string>>;
  /** All accesses so far: connections by target, files in its data folder. */
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
