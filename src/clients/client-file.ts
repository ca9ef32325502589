/**
 * The file of the list of clients. Only its owner may read or write it; a link in its place is not followed. It is
 * replaced as a whole, so that a reader sees the old list or the new one.
 *
 * Writing is for the command line (`lockstep keys`); the daemon only reads.
 */
import {
  chownSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { codeOf, messageOf } from '../base/error-fields.ts';
import {
  type Client,
  type ClientList,
  clientListText,
  type ListFault,
  parseClientList,
} from './client-list.ts';

/** 1,000 clients take 0.3 MB. */
const BYTES_MAX = 1024 * 1024;
const OPEN_TO_OTHERS = 0o077;
const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;

export type ReadList =
  /** `list` undefined: there is no file. */
  | { readonly ok: true; readonly list: ClientList | undefined }
  | { readonly ok: false; readonly fault: ListFault };

export function readClientFile(path: string): ReadList {
  let descriptor: number | undefined;
  try {
    // Not blocking: opening a pipe without a writer would block the thread.
    const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
    descriptor = openSync(path, flags);
    const fault = faultOf(path, fstatSync(descriptor));
    if (fault !== undefined) return { ok: false, fault };
    return parseClientList(readFileSync(descriptor, 'utf8'), path);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return { ok: true, list: undefined };
    return { ok: false, fault: openFault(path, error) };
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function faultOf(path: string, stats: Stats): ListFault | undefined {
  if (!stats.isFile()) return { message: `${path} is not a file` };
  const own = process.geteuid?.() ?? stats.uid;
  // root reads the file of the user that the daemon runs as.
  if (own !== 0 && stats.uid !== own && stats.uid !== 0) {
    return { message: `${path} belongs to another user (uid ${stats.uid})` };
  }
  if ((stats.mode & OPEN_TO_OTHERS) !== 0) {
    const rights = (stats.mode & 0o777).toString(8).padStart(4, '0');
    return {
      message: `other users of this machine may open ${path} (mode ${rights})`,
      hint: `chmod 600 ${path}`,
    };
  }
  if (stats.size <= BYTES_MAX) return undefined;
  return { message: `${path} has ${stats.size} bytes; at most ${BYTES_MAX} are read` };
}

function openFault(path: string, error: unknown): ListFault {
  if (codeOf(error) !== 'ELOOP') return { message: `cannot read ${path}: ${messageOf(error)}` };
  return {
    message: `${path} is a symbolic link`,
    hint: 'Name the file itself in LOCKSTEP_CLIENTS.',
  };
}

/**
 * Replaces the file. Nobody else may change it meanwhile (`change-list.ts`).
 *
 * @throws the error of the file system
 */
export function writeClientFile(path: string, clients: readonly Client[]): void {
  writePrivately(path, clientListText(clients));
}

/** @throws the error of the file system */
export function makeListFolder(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: PRIVATE_FOLDER });
}

/**
 * Writes a file that only its owner may read, as a whole, durably.
 *
 * @throws the error of the file system
 */
export function writePrivately(path: string, text: string): void {
  const part = `${path}.${process.pid}.part`;
  rmSync(part, { force: true });
  const descriptor = openSync(part, 'wx', PRIVATE_FILE);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
    giveToOwner(path, part);
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
  syncFolder(dirname(path));
}

/** root writes for the user that the daemon runs as: the owner of the file before, or of the folder. */
function giveToOwner(path: string, part: string): void {
  if (process.geteuid?.() !== 0) return;
  const before = statSync(path, { throwIfNoEntry: false }) ?? statSync(dirname(path));
  chownSync(part, before.uid, before.gid);
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
