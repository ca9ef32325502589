/**
 * Files and folders of the daemon that hold ids, keys or secrets: only the user of the daemon may open them, and a link
 * in the place of a file is not followed.
 */
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  lstatSync,
  openSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { syscallOf } from '../base/error-fields.ts';

export const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;
const OPEN_TO_OTHERS = 0o077;
const WRITABLE_BY_ALL = 0o002;
const { O_WRONLY, O_CREAT, O_EXCL, O_TRUNC, O_NOFOLLOW, O_NONBLOCK } = constants;

/** @throws the error of the file system; `ELOOP`: the file is a link */
export function writePrivateFile(path: string, text: string): void {
  // Not blocking: opening a pipe without a reader would block the thread.
  const flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK;
  const file = openSync(path, flags, PRIVATE_FILE);
  try {
    fchmodSync(file, PRIVATE_FILE);
    writeFileSync(file, text);
  } finally {
    closeSync(file);
  }
}

/**
 * Makes an empty file, unless there is one. It does not open a file that exists: to close it again would end the locks of
 * this process on it. A failure is left to the program that opens the file next, and can name it.
 */
export function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, O_WRONLY | O_CREAT | O_EXCL, PRIVATE_FILE));
  } catch (error) {
    if (syscallOf(error) === undefined) throw error;
  }
}

export function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/** Of a file that an earlier version made. It must be no link. */
export function closeToOthers(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  const isOurs = found.uid === (process.geteuid?.() ?? found.uid);
  if (isOurs && (found.mode & OPEN_TO_OTHERS) !== 0) {
    chmodSync(path, found.mode & ~OPEN_TO_OTHERS & 0o7777);
  }
}

/** Other users may replace the files in this folder, or put links in their places. */
export function isWritableByAll(folder: string): boolean {
  return (statSync(folder).mode & WRITABLE_BY_ALL) !== 0;
}
