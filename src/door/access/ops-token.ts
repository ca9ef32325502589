/**
 * The token with which an operator on this machine calls the daemon over HTTP without any set-up. The daemon makes it at
 * its first start and keeps it in its data folder, for its own user alone. It counts at the operators' port only, and
 * only without a list of clients: a list says everything about who may.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../../base/error-fields.ts';
import { ClientList } from '../../clients/client-list.ts';
import { newToken, tokenSha256 } from '../../clients/token.ts';
import { OPS_TOKEN_FILE } from '../../files/data-files.ts';
import { replaceSecretFile } from '../../files/secret-file.ts';

const TOKEN = /^lsk_[\w-]{43}\n?$/;
const BYTES_MAX = 64;
const OPEN_TO_OTHERS = 0o077;

export interface OpsToken {
  readonly path: string;
  /** One entry, of the role `operate`. */
  readonly list: ClientList;
  /** Why the token of an earlier start was replaced. */
  readonly replaced?: string;
}

/**
 * Keeps the token of an earlier start, unless somebody else may know it: then it is replaced.
 *
 * @throws the error of the file system
 */
export function keepOpsToken(dataDir: string): OpsToken {
  const path = join(dataDir, OPS_TOKEN_FILE);
  const read = readToken(path, dataDir);
  if (read.kind === 'token') return { path, list: listOf(read.token) };
  const token = newToken();
  // A link first of all: else root would give the new file to the owner of the link's target.
  rmSync(path, { force: true });
  replaceSecretFile(path, `${token}\n`);
  const list = listOf(token);
  return read.kind === 'none' ? { path, list } : { path, list, replaced: read.why };
}

function listOf(token: string): ClientList {
  return new ClientList([{ name: 'ops-token', role: 'operate', tokenSha256: tokenSha256(token) }]);
}

type Read =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'unsafe'; readonly why: string };

function readToken(path: string, dataDir: string): Read {
  let descriptor: number | undefined;
  try {
    // Not blocking: a pipe in its place would hold the start.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    descriptor = openSync(path, flags);
    const stats = fstatSync(descriptor);
    if (!stats.isFile() || stats.size > BYTES_MAX) return unsafe('it is no file of a token');
    const owners = [process.geteuid?.() ?? stats.uid, statSync(dataDir).uid];
    if (!owners.includes(stats.uid)) return unsafe('it belongs to another user');
    if ((stats.mode & OPEN_TO_OTHERS) !== 0) return unsafe('other users could open it');
    const text = readFileSync(descriptor, 'utf8');
    if (!TOKEN.test(text)) return unsafe('it holds no token');
    return { kind: 'token', token: text.trim() };
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return { kind: 'none' };
    return unsafe(code === 'ELOOP' ? 'it was a symbolic link' : `it cannot be read: ${code}`);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function unsafe(why: string): Read {
  return { kind: 'unsafe', why };
}
