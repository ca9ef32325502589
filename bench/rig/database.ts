/** A PostgreSQL of a bench, with all that makes commits durable, and its processor time. */
import { chmodSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { processesOf, startPostgres } from '../../test/support/postgres.ts';
import { cpuMicrosOf, endedMicrosOf } from './cpu.ts';

export interface Database {
  readonly url: string;
  /** Its files are in this folder. */
  readonly place: string;
  /** An empty database of this name beside the first. Returns its address. */
  another(name: string): Promise<string>;
  /** Of all processes of the server so far; 0 if the system does not show it. */
  cpuMicros(): number;
  end(): Promise<void>;
}

const ENTERED_BY_ALL = 0o001;

/** @param dir its files are here, beside the journals that it is compared with, if its user can reach it */
export async function startDatabase(dir: string): Promise<Database> {
  chmodSync(dir, 0o711);
  const place = isReachable(dir) ? dir : tmpdir();
  const server = await startPostgres([], place);
  return {
    place,
    url: await server.database('journal'),
    another: (name) => server.database(name),
    cpuMicros: () => {
      const postmaster = server.postmaster();
      const living = processesOf(postmaster).reduce((sum, pid) => sum + cpuMicrosOf(pid), 0);
      return living + endedMicrosOf(postmaster);
    },
    end: async () => server[Symbol.asyncDispose](),
  };
}

/** A server that root starts runs as another user. */
function isReachable(folder: string): boolean {
  if (process.geteuid?.() !== 0) return true;
  const isEntered = (statSync(folder).mode & ENTERED_BY_ALL) !== 0;
  return isEntered && (folder === dirname(folder) || isReachable(dirname(folder)));
}
