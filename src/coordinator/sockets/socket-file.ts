/**
 * The file of an `ipc://` address. libzmq removes anything that is at the path before it binds, the socket of a living
 * daemon or a file of the user included; so the path is judged first, and held against another daemon.
 *
 * What a daemon that was killed has left is taken over. Its rights come from the umask of the process: nobody but its
 * user may connect.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { lstatSync, mkdirSync, statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { basename, dirname } from 'node:path';
import { codeOf } from '../../base/error-fields.ts';

const PREFIX = 'ipc://';
const PRIVATE_FOLDER = 0o700;
const WRITABLE_BY_OTHERS = 0o022;
const PROBE_MS = 1000;

/** Gives a path free that was held; the end of the process does too. */
export type Release = () => void;

const NOTHING_HELD: Release = () => {};

/** @throws the reason why the path must not be used, as an error */
export async function holdSocketFile(endpoint: string): Promise<Release> {
  if (!endpoint.startsWith(PREFIX)) return NOTHING_HELD;
  const path = endpoint.slice(PREFIX.length);
  const folder = dirname(path);
  makeFolder(folder);
  requireOwnFolder(folder);
  const release = holdName(path);
  try {
    await requireUnused(path);
    return release;
  } catch (error) {
    release();
    throw error;
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: PRIVATE_FOLDER });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

/** Who may write to the folder can put a socket of his own in place of the daemon's. */
function requireOwnFolder(folder: string): void {
  const { mode, uid } = statSync(folder);
  const own = process.geteuid?.() ?? uid;
  if (uid !== own && uid !== 0) throw new Error(`the folder ${folder} belongs to another user`);
  if ((mode & WRITABLE_BY_OTHERS) === 0) return;
  throw new Error(`other users may write to the folder ${folder}: use one of your own (mode 0700)`);
}

/**
 * Two daemons that start at once see the same stale file. On Linux an abstract socket, named by device and inode of the
 * folder and the name in it, lets only one go on; containers with separate networks do not see each other's.
 */
function holdName(path: string): Release {
  if (process.platform !== 'linux') return NOTHING_HELD;
  const { dev, ino } = statSync(dirname(path), { bigint: true });
  const server = createServer((socket) => socket.destroy());
  // Errors are reported on the next turn of the event loop; `listening` is known now.
  server.on('error', () => {});
  // The name of a socket has 107 bytes.
  const name = createHash('sha256').update(basename(path)).digest('hex').slice(0, 32);
  server.listen(`\0lockstep-socket/${dev}/${ino}/${name}`);
  if (!server.listening) throw inUse();
  server.unref();
  return () => server.close();
}

/** Only a socket that nobody listens on may be replaced. */
async function requireUnused(path: string): Promise<void> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isSocket()) throw new Error('there is a file at that path, and it is no socket');
  const socket = connect({ path });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(PROBE_MS) });
  } catch (error) {
    if (['ECONNREFUSED', 'ENOENT'].includes(codeOf(error) ?? '')) return;
    throw error;
  } finally {
    socket.destroy();
  }
  throw inUse();
}

function inUse(): Error {
  return new Error('Address already in use');
}
