/** A real pgbouncer in transaction mode before a server: `await using bouncer = await startPgbouncer(server.port)`. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accepts } from './accepts.ts';
import { freePorts } from './free-ports.ts';
import { PASSWORD, ROLE, userOf } from './postgres.ts';

/** Debian installs it outside of the PATH of users. */
const PATH = `${process.env['PATH']}:/usr/sbin`;

export interface Pgbouncer extends AsyncDisposable {
  readonly port: number;
}

/** Why it cannot run here; undefined if it can. */
export function pgbouncerMissing(): string | undefined {
  const found = spawnSync('pgbouncer', ['--version'], { env: { PATH } });
  return found.error === undefined ? undefined : 'pgbouncer is not installed';
}

export async function startPgbouncer(server: number): Promise<Pgbouncer> {
  const as = process.geteuid?.() === 0 ? userOf() : undefined;
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-pgbouncer-'));
  if (as !== undefined) chownSync(folder, as.uid, as.gid);
  const [port = 0] = await freePorts(1);
  writeFileSync(join(folder, 'users'), `"${ROLE}" "${PASSWORD}"\n`);
  const file = join(folder, 'pgbouncer.ini');
  writeFileSync(
    file,
    `[databases]
* = host=127.0.0.1 port=${server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${join(folder, 'users')}
pool_mode = transaction
default_pool_size = 3
`,
  );
  const program = 'pgbouncer "$0" & cat >/dev/null; kill -INT $! 2>/dev/null; wait';
  const child = spawn('sh', ['-c', program, file], {
    ...as,
    env: { PATH },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const closed = once(child, 'close');
  const until = performance.now() + 20_000;
  while (!(await accepts(port))) if (performance.now() > until) throw new Error('no pgbouncer');
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await closed;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
