/** Through Caddy, which answers an empty 200 to every method where it has no route. */
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { freePorts } from '../../support/free-ports.ts';
import type { ApiNode } from '../apis/api.ts';
import { serverOf } from '../server.ts';
import type { Way } from '../stage.ts';

const CADDY = '/usr/bin/caddy';

type Nodes = ReadonlyMap<string, ApiNode>;

function caddyMissing(): string | undefined {
  return existsSync(CADDY) ? undefined : 'caddy is not installed';
}

interface Terms {
  readonly nodes: Nodes;
  readonly port: number;
  readonly admin: string;
  /** Creates to this node are answered with 503. */
  readonly refusing: string | undefined;
}

function way(name: string, refusing?: string): Way {
  return {
    name,
    missing: caddyMissing,
    open: async (nodes, folder) => {
      const own = join(folder, 'caddy');
      mkdirSync(own);
      const [port = 0] = await freePorts(1);
      const terms = { nodes, port, admin: join(own, 'admin.sock'), refusing };
      const file = join(own, 'Caddyfile');
      writeFileSync(file, configuration(terms));
      const args = ['run', '--config', file, '--adapter', 'caddyfile'];
      const env = { HOME: own, XDG_DATA_HOME: own, XDG_CONFIG_HOME: own };
      const server = serverOf({ command: CADDY, args, port, env });
      await server.start();
      return {
        address: (node) => ({ url: `http://127.0.0.1:${port}/${node}${nodes.get(node)?.path}` }),
        lose: (node) => load(terms, node),
        regain: () => load(terms),
        [Symbol.asyncDispose]: () => server.kill(),
      };
    },
  };
}

export const throughCaddy = way('through Caddy');

/** The last node takes no creates. */
export const throughCaddyRefusing = way('through Caddy, which refuses the creates of c', 'c');

function configuration({ nodes, port, admin, refusing }: Terms, without?: string): string {
  const routes = [...nodes].filter(([name]) => name !== without);
  const handles = routes.map(([name, { server, socket }]) => {
    const upstream = socket === undefined ? `127.0.0.1:${server.port}` : `unix/${socket}`;
    const refused = name === refusing ? '@create method POST PUT\n    respond @create 503' : '';
    return `
  handle_path /${name}/* {
    ${refused}
    reverse_proxy ${upstream}
  }`;
  });
  return `
{
  admin unix/${admin} {
    origins localhost
  }
  auto_https off
}
http://127.0.0.1:${port} {${handles.join('')}
}
`;
}

/** Resolves when the new routes hold. */
async function load(terms: Terms, without?: string): Promise<void> {
  const asked = request({
    socketPath: terms.admin,
    method: 'POST',
    path: '/load',
    headers: { 'content-type': 'text/caddyfile' },
  });
  asked.end(configuration(terms, without));
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const words = await text(response);
  if (response.statusCode !== 200) throw new Error(`Caddy: ${response.statusCode} ${words}`);
}
