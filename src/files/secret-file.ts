/**
 * Files with secrets: only their owner may read them, a link in their place is not followed, and they are written as
 * a whole, durably.
 */
import {
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
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

const OPEN_TO_OTHERS = 0o077;
const PRIVATE_FILE = 0o600;

/** The reason why a file cannot be used. */
export interface FileFault {
  readonly message: string;
  readonly hint?: string;
  /** The system refused, and may not the next time: no descriptor was left, for example. */
  readonly mayPass?: true;
}

export type ReadFile =
  /** `text` undefined: there is no file. */
  | { readonly ok: true; readonly text: string | undefined }
  | { readonly ok: false; readonly fault: FileFault };

export function readSecretFile(path: string, bytesMax: number): ReadFile {
  let descriptor: number | undefined;
  try {
    // Not blocking: opening a pipe without a writer would block the thread.
    const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
    descriptor = openSync(path, flags);
    const fault = faultOf(path, fstatSync(descriptor), bytesMax);
    if (fault !== undefined) return { ok: false, fault };
    return { ok: true, text: readFileSync(descriptor, 'utf8') };
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return { ok: true, text: undefined };
    return { ok: false, fault: openFault(path, error) };
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function faultOf(path: string, stats: Stats, bytesMax: number): FileFault | undefined {
  if (!stats.isFile()) return { message: `${path} is not a file` };
  if (!ownersOf(path).has(stats.uid)) {
    return { message: `${path} belongs to another user (uid ${stats.uid})` };
  }
  if ((stats.mode & OPEN_TO_OTHERS) !== 0) {
    const rights = (stats.mode & 0o777).toString(8).padStart(4, '0');
    return {
      message: `other users of this machine may open ${path} (mode ${rights})`,
      hint: `chmod 600 ${path}`,
    };
  }
  if (stats.size <= bytesMax) return undefined;
  return { message: `${path} has ${stats.size} bytes; at most ${bytesMax} are read` };
}

/**
 * root may put a file there, and reads the file of the user that the daemon runs as: the owner of the folder. Not those of
 * others: in a folder like /tmp everybody can make a file.
 */
function ownersOf(path: string): ReadonlySet<number> {
  const own = process.geteuid?.() ?? 0;
  return new Set([0, own, ...(own === 0 ? [statSync(dirname(path)).uid] : [])]);
}

function openFault(path: string, error: unknown): FileFault {
  if (codeOf(error) !== 'ELOOP') {
    return { message: `cannot read ${path}: ${messageOf(error)}`, mayPass: true };
  }
  return { message: `${path} is a symbolic link`, hint: 'Name the file itself.' };
}

export interface ReplaceOptions {
  /** The file is only made; `EEXIST` if there is one. False by default. */
  readonly isNew?: boolean;
  /** The file is on the disk before the function returns. True by default; false: for what a power loss may take. */
  readonly isSynced?: boolean;
}

/** @throws the error of the file system */
export function replaceSecretFile(path: string, text: string, options: ReplaceOptions = {}): void {
  const { isNew = false, isSynced = true } = options;
  const part = `${path}.${process.pid}.part`;
  rmSync(part, { force: true });
  const descriptor = openSync(part, 'wx', PRIVATE_FILE);
  try {
    writeFileSync(descriptor, text);
    if (isSynced) fsyncSync(descriptor);
    giveToOwner(path, descriptor);
    if (isNew) linkSync(part, path);
    else renameSync(part, path);
  } finally {
    rmSync(part, { force: true });
    closeSync(descriptor);
  }
  if (isSynced) syncFolder(dirname(path));
}

/**
 * root writes for the user that the daemon runs as: the owner of the file before, or of the folder. By its descriptor: that
 * user may put a link in place of the new file meanwhile, and would get a file of root by it.
 */
function giveToOwner(path: string, descriptor: number): void {
  if (process.geteuid?.() !== 0) return;
  const there = lstatSync(path, { throwIfNoEntry: false });
  const before = there?.isFile() === true ? there : statSync(dirname(path));
  fchownSync(descriptor, before.uid, before.gid);
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
