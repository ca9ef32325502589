/** Docker Engine's API at a unix socket: a record is a volume. Three engines that run no container. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { serverOf } from '../server.ts';
import type { NodeApi } from './api.ts';

const ENGINE = '/usr/sbin/dockerd';

export const docker: NodeApi = {
  name: 'Docker',
  missing: () => {
    if (!existsSync(ENGINE)) return 'dockerd is not installed';
    if (process.getuid?.() !== 0) return 'dockerd runs as root only';
    if (!existsSync('/usr/bin/containerd')) return 'containerd is not installed';
    const groups = readFileSync('/proc/self/mounts', 'utf8');
    return /\scgroup2?\s/.test(groups) ? undefined : 'no control groups are mounted here';
  },
  install: (_, folder, port) => {
    mkdirSync(folder, { recursive: true });
    const socket = join(folder, 'docker.sock');
    const server = serverOf({ command: ENGINE, args: flags(folder, socket), port, socket });
    const kill = async () => {
      await server.kill();
      unmount(folder);
      // On a real host it is in memory. Its pid files may name processes that are dead but not yet reaped.
      rmSync(join(folder, 'exec'), { recursive: true, force: true });
    };
    return {
      server: { ...server, kill },
      path: '/v1.41',
      socket,
      keys: () => volumes(socket),
    };
  },
  keyOf: (index) => `volume-${index}`,
  example: 'docker',
};

/** An engine that was killed leaves its mounts, and a folder with mounts can't be removed. */
function unmount(folder: string): void {
  const points = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((point) => point.startsWith(folder));
  for (const point of points.reverse()) spawnSync('umount', ['--lazy', point]);
}

function flags(folder: string, socket: string): readonly string[] {
  return [
    `--host=unix://${socket}`,
    `--data-root=${folder}/data`,
    `--exec-root=${folder}/exec`,
    `--pidfile=${folder}/exec/pid`,
    '--bridge=none',
    '--iptables=false',
    '--ip-masq=false',
    '--storage-driver=vfs',
    '--log-level=error',
  ];
}

async function volumes(socketPath: string): Promise<readonly string[]> {
  const asked = request({ socketPath, path: '/v1.41/volumes' }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const { Volumes } = (await json(response)) as { Volumes: readonly { Name: string }[] | null };
  return (Volumes ?? []).map(({ Name }) => Name).sort();
}
