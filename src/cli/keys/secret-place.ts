/**
 * The file for a new token or key (mode 0600). It is written in full before the list changes, under another name, and gets its
 * own once the list has changed: neither a secret nor a client is lost on the way.
 */
import {
  closeSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readFileSync,
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

/** A token alone, or a key file of a client, which has its token too. */
export type SecretKind = 'token' | 'key';

/** Of a key file; larger files hold no secret of a client. */
const BYTES_MAX = 4096;
const TOKEN = /^lsk_[\w-]{43}\n?$/;

interface Place {
  readonly file: string;
  readonly kind: SecretKind;
  /** An earlier secret of a client is replaced; otherwise a file that exists is a fault. */
  readonly replaces: boolean;
}

export function keepSecret(
  text: string,
  { file, kind, replaces }: Place,
): SecretPlace | { readonly fault: ListFault } {
  const there = lstatSync(file, { throwIfNoEntry: false });
  // A device, a pipe or a link would be replaced by the file: /dev/null of root is gone then.
  if (there?.isFile() === false) return { fault: { message: `${file} is not a file` } };
  if (there !== undefined && !replaces) {
    return { fault: { message: `${file} exists`, hint: 'Name a new file, or remove this one.' } };
  }
  // Else a slip of the pen costs the key of the daemon, which all clients depend on.
  if (there !== undefined && !mayReplace(file, there.size, kind)) {
    const what = kind === 'key' ? 'no token and no key file of a client' : 'no token';
    const hint = 'Name a new file, or remove this one.';
    return { fault: { message: `${file} holds ${what}, and is not replaced`, hint } };
  }
  const part = `${file}.${process.pid}.part`;
  const discard = (): void => rmSync(part, { force: true });
  const fault = attempt(file, () => writeNew(part, text));
  if (fault !== undefined) {
    discard();
    return { fault };
  }
  const commit = (): ListFault | undefined => {
    const failed = attempt(file, () => (replaces ? renameSync : linkSync)(part, file));
    discard();
    return failed;
  };
  return { commit, discard };
}

/** A token in the place of a key file would lose the client's key. */
function mayReplace(file: string, size: number, kind: SecretKind): boolean {
  if (size > BYTES_MAX) return false;
  try {
    const text = readFileSync(file, 'utf8');
    return text === '' || TOKEN.test(text) || (kind === 'key' && isClientKey(text));
  } catch {
    return false;
  }
}

function isClientKey(text: string): boolean {
  const { serverKey, token } = JSON.parse(text) as Partial<Record<string, unknown>>;
  return typeof serverKey === 'string' && typeof token === 'string';
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
