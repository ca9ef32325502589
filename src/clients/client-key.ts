/**
 * The key file of a client: all that it needs to connect to a daemon with CURVE, and its token.
 *
 *     {"name":"deploy","publicKey":"…","secretKey":"…","serverKey":"…","token":"lsk_…"}
 *
 * `publicKey` and `secretKey` are the client's pair, `serverKey` the public key of the daemon, each 40 characters of
 * Z85. Other members are ignored.
 */

import { type FileFault, readSecretFile } from '../files/secret-file.ts';
import { isCurveKey, publicKeyOf } from './curve-pair.ts';

const BYTES_MAX = 4096;

/** The client's pair, and the public key of the daemon. */
export interface ClientKey {
  readonly publicKey: string;
  readonly secretKey: string;
  readonly serverKey: string;
  readonly token?: string;
}

export type ReadClientKey =
  | { readonly ok: true; readonly key: ClientKey }
  | { readonly ok: false; readonly fault: FileFault };

/** No fault repeats a part of the file. */
export function readClientKey(path: string): ReadClientKey {
  const read = readSecretFile(path, BYTES_MAX);
  if (!read.ok) return read;
  if (read.text === undefined) return { ok: false, fault: { message: `there is no file ${path}` } };
  const parsed = parseClientKey(read.text);
  if (typeof parsed !== 'string') return { ok: true, key: parsed };
  const hint = '`lockstep keys add` makes such a file.';
  return { ok: false, fault: { message: `${path} is not a key file: ${parsed}`, hint } };
}

/** @returns the fault, for people */
export function clientKeyFault({
  publicKey,
  secretKey,
  serverKey,
}: Partial<Record<keyof ClientKey, unknown>>): string | undefined {
  if (!isCurveKey(serverKey)) return 'serverKey must be 40 characters of Z85';
  if (!isCurveKey(publicKey)) return 'publicKey must be 40 characters of Z85';
  if (!isCurveKey(secretKey)) return 'secretKey must be 40 characters of Z85';
  return publicKeyOf(secretKey) === publicKey ? undefined : 'publicKey is not that of secretKey';
}

export function clientKeyText(key: ClientKey & { readonly name: string }): string {
  const { name, publicKey, secretKey, serverKey, token } = key;
  return `${JSON.stringify({ name, publicKey, secretKey, serverKey, token }, null, 2)}\n`;
}

function parseClientKey(text: string): ClientKey | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'it is not JSON';
  }
  if (typeof value !== 'object' || value === null) return 'it is not a JSON object';
  const { publicKey, secretKey, serverKey, token } = value as ClientKey;
  const fault = clientKeyFault({ publicKey, secretKey, serverKey });
  if (fault !== undefined) return fault;
  if (token !== undefined && typeof token !== 'string') return 'token must be text';
  return { publicKey, secretKey, serverKey, ...(token === undefined ? {} : { token }) };
}
