/** Through HAProxy over TLS, with certificates on both sides; it answers 404 where it has lost its route to a node. */
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { freePorts } from '../../support/free-ports.ts';
import type { ApiNode } from '../apis/api.ts';
import { serverOf } from '../server.ts';
import type { Way } from '../stage.ts';
import { type Authority, makeAuthority, opensslMissing } from './authority.ts';

const HAPROXY = '/usr/sbin/haproxy';

type Nodes = ReadonlyMap<string, ApiNode>;

export const throughHaproxy: Way = {
  name: 'through HAProxy by mutual TLS',
  missing: () => (existsSync(HAPROXY) ? opensslMissing() : 'haproxy is not installed'),
  open: async (nodes, folder) => {
    const authority = makeAuthority(folder);
    const [port = 0] = await freePorts(1);
    const [file, admin] = [join(folder, 'haproxy.cfg'), join(folder, 'admin.sock')];
    writeFileSync(file, configuration({ nodes, authority, port, admin }));
    const server = serverOf({ command: HAPROXY, args: ['-db', '-f', file], port });
    await server.start();
    const order = (words: string) => ordered(admin, words);
    return {
      address: (name) => ({
        url: `https://127.0.0.1:${port}/${name}${nodes.get(name)?.path}`,
        tls: authority.client,
      }),
      lose: (node) => order(`disable server ${node}/${node}`),
      regain: async () => {
        for (const node of nodes.keys()) await order(`enable server ${node}/${node}`);
      },
      [Symbol.asyncDispose]: () => server.kill(),
    };
  },
};

interface Terms {
  readonly nodes: Nodes;
  readonly authority: Authority;
  readonly port: number;
  readonly admin: string;
}

function configuration({ nodes, authority: { ca, server }, port, admin }: Terms): string {
  const names = [...nodes.keys()];
  const lost = names.map(
    (name) => `  http-request return status 404 if { path_beg /${name}/ } { nbsrv(${name}) lt 1 }`,
  );
  const chosen = names.map((name) => `  use_backend ${name} if { path_beg /${name}/ }`);
  const backends = [...nodes].map(
    ([name, { server: node }]) => `
backend ${name}
  http-request replace-path /${name}/(.*) /\\1
  server ${name} 127.0.0.1:${node.port}`,
  );
  return `
global
  stats socket ${admin} level admin
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend all
  bind 127.0.0.1:${port} ssl crt ${server.both} ca-file ${ca} verify required
${[...lost, ...chosen].join('\n')}
${backends.join('\n')}
`;
}

/** Done when it has answered, which it does without a word. */
async function ordered(path: string, words: string): Promise<void> {
  const socket = connect({ path });
  await once(socket, 'connect');
  socket.write(`${words}\n`);
  const reply = (await text(socket)).trim();
  if (reply !== '') throw new Error(`HAProxy: ${reply}`);
}
