/** Through nginx, which answers 404 where it has lost its route to a node: plainly, over TLS, at a unix socket. */
import { join } from 'node:path';
import { type Nginx, nginxMissing, startNginx } from '../../support/nginx.ts';
import type { ApiNode } from '../apis/api.ts';
import type { Road, Way } from '../stage.ts';
import { makeAuthority, opensslMissing } from './authority.ts';

type Nodes = ReadonlyMap<string, ApiNode>;

async function start(nodes: Nodes, listen?: (port: number) => string): Promise<Nginx> {
  const urls = [...nodes].map(([name, { server, socket }]) => [
    name,
    socket === undefined ? `http://127.0.0.1:${server.port}` : `http://unix:${socket}`,
  ]);
  return startNginx(Object.fromEntries(urls) as Record<string, string>, listen);
}

function roadOf(nginx: Nginx, address: Road['address']): Road {
  return {
    address,
    lose: (node) => nginx.route({ without: [node], fallback: 'return 404;' }),
    regain: () => nginx.route(),
    [Symbol.asyncDispose]: async () => nginx[Symbol.asyncDispose](),
  };
}

/** `127.0.0.1:PORT` */
function hostOf({ nodes }: Nginx): string {
  return new URL(nodes.split(',')[0]?.split('=')[1] ?? '').host;
}

export const throughNginx: Way = {
  name: 'through nginx',
  missing: nginxMissing,
  open: async (nodes) => {
    const nginx = await start(nodes);
    const path = (name: string) => `${name}${nodes.get(name)?.path}`;
    return roadOf(nginx, (name) => ({ url: `http://${hostOf(nginx)}/${path(name)}` }));
  },
};

export const throughNginxTls: Way = {
  name: 'through nginx by mutual TLS',
  missing: () => nginxMissing() ?? opensslMissing(),
  open: async (nodes, folder) => {
    const { ca, server, client: tls } = makeAuthority(folder);
    const nginx = await start(
      nodes,
      (port) => `
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${server.cert};
    ssl_certificate_key ${server.key};
    ssl_client_certificate ${ca};
    ssl_verify_client on;`,
    );
    const path = (name: string) => `${name}${nodes.get(name)?.path}`;
    return roadOf(nginx, (name) => ({ url: `https://${hostOf(nginx)}/${path(name)}`, tls }));
  },
};

export const throughSocket: Way = {
  name: 'through nginx at a unix socket',
  missing: nginxMissing,
  open: async (nodes, folder) => {
    const socket = join(folder, 'nginx.sock');
    const nginx = await start(nodes, (port) => `listen 127.0.0.1:${port}; listen unix:${socket};`);
    const path = (name: string) => `${name}${nodes.get(name)?.path}`;
    return roadOf(nginx, (name) => ({ url: `http://localhost/${path(name)}`, socket }));
  },
};
