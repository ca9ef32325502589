/**
 * A real nginx before the nodes: `http://127.0.0.1:PORT/node01/v1` and so on. Routes can be taken out
 * and put back while it runs; what has none is answered by the fallback.
 *
 *     await using nginx = await startNginx(sim.urls);
 *     await nginx.route({ without: ['node02'], fallback: 'return 404;' });
 *
 * It cannot outlive the test: the pipe it holds as standard input is watched by the shell beside it.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { accepts } from './accepts.ts';
import { freePorts } from './free-ports.ts';

/** Debian installs it outside of the PATH of users. */
const PATH = `${process.env['PATH']}:/usr/sbin`;
const WAIT = { timeout: 20_000, interval: 20 };

export interface Routes {
  /** Names of nodes without a route. */
  readonly without: readonly string[];
  /** Its answer in place of a node without a route, as a directive: `return 404;`. */
  readonly fallback: string;
}

export interface Nginx extends AsyncDisposable {
  /** In the form of LOCKSTEP_NODES. */
  readonly nodes: string;
  /** Resolves once the earlier routes serve nothing more; without options all routes are there. */
  route(routes?: Routes): Promise<void>;
}

/** Why nginx cannot run here; undefined if it can. */
export function nginxMissing(): string | undefined {
  const found = spawnSync('nginx', ['-v'], { env: { PATH } });
  return found.error === undefined ? undefined : 'nginx is not installed';
}

/**
 * @param urls of the nodes, by name: `http://127.0.0.1:PORT/v1`, or `http://unix:PATH` for a socket
 * @param listen directives of the server, which has to listen on this port
 */
export async function startNginx(
  urls: Readonly<Record<string, string>>,
  listen = (port: number) => `listen 127.0.0.1:${port};`,
): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-nginx-'));
  mkdirSync(join(folder, 'temp'));
  const [port = 0] = await freePorts(1);
  const file = join(folder, 'nginx.conf');
  const write = (routes?: Routes) =>
    writeFileSync(file, configuration({ listen: listen(port), urls, routes }));
  write();
  const program = 'nginx -p "$0" -c nginx.conf -e stderr & cat >/dev/null; kill $!; wait';
  const child = spawn('sh', ['-c', program, folder], {
    env: { PATH },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let detail = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    detail += text;
  });
  const isUp = async () => masterIn(folder) > 0 && (await accepts(port));
  await vi.waitUntil(() => child.exitCode !== null || isUp(), WAIT);
  if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}: ${detail}`);
  const master = masterIn(folder);
  return {
    nodes: Object.keys(urls)
      .map((name) => `${name}=http://127.0.0.1:${port}/${name}/v1`)
      .join(),
    route: async (routes) => {
      const before = workersOf(master);
      write(routes);
      process.kill(master, 'SIGHUP');
      // An earlier worker serves its open connections until it ends.
      const areNew = (workers: readonly string[]) =>
        workers.length > 0 && !workers.some((pid) => before.includes(pid));
      await vi.waitUntil(() => areNew(workersOf(master)), WAIT);
    },
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'close');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** 0 while there is none: nginx makes the file before it writes the number. */
function masterIn(folder: string): number {
  const file = join(folder, 'pid');
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
}

function configuration({
  listen,
  urls,
  routes,
}: {
  listen: string;
  urls: Readonly<Record<string, string>>;
  routes: Routes | undefined;
}): string {
  const locations = Object.entries(urls)
    .filter(([name]) => !routes?.without.includes(name))
    .map(([name, url]) => `location /${name}/ { proxy_pass ${upstreamOf(url)}; }`);
  const temps = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  // The sockets of some nodes are for root alone.
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  return `
${user}
daemon off;
pid pid;
worker_processes 1;
error_log stderr;
events { worker_connections 512; }
http {
  access_log off;
  ${temps.map((name) => `${name}_temp_path temp/${name};`).join(' ')}
  server {
    ${listen}
    ${locations.join('\n    ')}
    location / { ${routes?.fallback ?? 'return 404;'} }
  }
}
`;
}

function upstreamOf(url: string): string {
  return url.startsWith('http://unix:') ? `${url}:/` : new URL('/', url).href;
}

function workersOf(master: number): readonly string[] {
  const children = readFileSync(`/proc/${master}/task/${master}/children`, 'utf8');
  return children.split(' ').filter((pid) => pid !== '');
}
