/** RabbitMQ's management API: a record is a virtual host. Three brokers that know nothing of each other. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serverOf } from '../server.ts';
import type { NodeApi } from './api.ts';

/** Debian's own program runs it as another user. */
const PROGRAM = '/usr/lib/rabbitmq/bin/rabbitmq-server';
const PASSWORD = 'a-password';

export const rabbitmq: NodeApi = {
  name: 'RabbitMQ',
  missing: () => (existsSync(PROGRAM) ? undefined : 'rabbitmq-server is not installed'),
  install: (node, folder, port) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'plugins'), '[rabbitmq_management].\n');
    writeFileSync(join(folder, 'rabbitmq.conf'), configuration(port));
    // Erlang's names of nodes: of its own for each, in the foreground, so that it ends with the broker.
    const line = 'epmd -address 127.0.0.1 & exec "$0"';
    return {
      server: serverOf({
        command: 'sh',
        args: ['-c', line, PROGRAM],
        port,
        env: environment(node, folder, port),
      }),
      path: '/api',
      keys: async () => {
        const authorization = `Basic ${Buffer.from(`lockstep:${PASSWORD}`).toString('base64')}`;
        const url = `http://127.0.0.1:${port}/api/vhosts`;
        const response = await fetch(url, { headers: { authorization } });
        const hosts = (await response.json()) as readonly { name?: string }[];
        return hosts.flatMap(({ name = '/' }) => (name === '/' ? [] : [name])).sort();
      },
    };
  },
  keyOf: (index) => `host-${index}`,
  // The virtual host "/".
  ownRecords: 1,
  env: { RABBITMQ_PASSWORD: PASSWORD },
  example: 'rabbitmq',
};

function configuration(port: number): string {
  return `
listeners.tcp = none
management.tcp.port = ${port}
management.tcp.ip = 127.0.0.1
default_user = lockstep
default_pass = ${PASSWORD}
`;
}

function environment(node: string, folder: string, port: number): Readonly<Record<string, string>> {
  return {
    HOME: folder,
    // Below the ports that the system gives to anybody.
    ERL_EPMD_PORT: String(3000 + (port % 10_000)),
    RABBITMQ_NODENAME: `${node}@localhost`,
    RABBITMQ_DIST_PORT: String(13_000 + (port % 10_000)),
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_PID_FILE: join(folder, 'pid'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_CONF_ENV_FILE: join(folder, 'none'),
    // One processor is enough for each.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1',
  };
}
