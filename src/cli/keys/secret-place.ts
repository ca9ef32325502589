/**
 * The file for a new token or key (mode 0600). It is written in full before the list changes, under another name, and gets its
 * own once the list has changed: neither a secret nor a client is lost on the way.
 */
import {
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { codeOf, messageOf } from '../../base/error-fields.ts';
import type { ListFault } from '../../clients/client-list.ts';

export interface SecretPlace {
  /** @returns why the file could not get its name */
  readonly commit: () => ListFault | undefined;
  readonly discard: () => void;
}

/** @param replaces a file that exists is replaced; otherwise that is a fault */
export function keepSecret(
  text: string,
  { file, replaces }: { readonly file: string; readonly replaces: boolean },
): SecretPlace | { readonly fault: ListFault } {
  const there = lstatSync(file, { throwIfNoEntry: false });
  // A device, a pipe or a link would be replaced by the file: /dev/null of root is gone then.
  if (there?.isFile() === false) return { fault: { message: `${file} is not a file` } };
  if (there !== undefined && !replaces) {
    return { fault: { message: `${file} exists`, hint: 'Name a new file, or remove this one.' } };
  }
  const part = `${file}.${process.pid}.part`;
  const discard = (): void => rmSync(part, { force: true });
  const fault = attempt(file, () => writeNew(part, text));
  if (fault !== undefined) {
    discard();
    return { fault };
  }
  return { commit: () => attempt(file, () => renameSync(part, file)), discard };
}

function writeNew(path: string, text: string): void {
  rmSync(path, { force: true });
  const descriptor = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function attempt(file: string, act: () => void): ListFault | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return { message: `cannot write ${file}: ${messageOf(error)}` };
  }
}
