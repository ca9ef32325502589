/** The file of the daemon's own key for CURVE: `{"publicKey":"…","secretKey":"…"}`, in Z85. */

import { type FileFault, readSecretFile } from '../files/secret-file.ts';
import { type CurvePair, publicKeyOf } from './curve-pair.ts';

const BYTES_MAX = 4096;

export type ReadServerKey =
  | { readonly ok: true; readonly pair: CurvePair }
  | { readonly ok: false; readonly fault: FileFault };

/** No fault repeats a part of the file. */
export function readServerKey(path: string): ReadServerKey {
  const read = readSecretFile(path, BYTES_MAX);
  if (!read.ok) return read;
  if (read.text === undefined) {
    const hint = '`lockstep keys server` makes it.';
    return { ok: false, fault: { message: `there is no file ${path}`, hint } };
  }
  const pair = parseServerKey(read.text);
  if (pair !== undefined) return { ok: true, pair };
  const message = `${path} is not a key of a server: {"publicKey":"…","secretKey":"…"}, a pair in Z85`;
  return { ok: false, fault: { message } };
}

export function serverKeyText({ publicKey, secretKey }: CurvePair): string {
  return `${JSON.stringify({ publicKey, secretKey }, null, 2)}\n`;
}

/** The two keys must belong together: clients with another public key would be refused without a word. */
function parseServerKey(text: string): CurvePair | undefined {
  try {
    const { publicKey, secretKey } = JSON.parse(text) as Partial<Record<string, unknown>>;
    if (typeof publicKey !== 'string' || typeof secretKey !== 'string') return undefined;
    return publicKeyOf(secretKey) === publicKey ? { publicKey, secretKey } : undefined;
  } catch {
    return undefined;
  }
}
