/** What a client gets: a token alone, or a key file that has a token, a key for CURVE and the daemon's public key. */
import { clientKeyText } from '../../clients/client-key.ts';
import type { ListFault } from '../../clients/client-list.ts';
import { newCurvePair } from '../../clients/curve-pair.ts';
import { readServerKey } from '../../clients/server-key.ts';
import { newToken, tokenSha256 } from '../../clients/token.ts';

export interface Secrets {
  readonly token: string;
  /** Its members of the list. */
  readonly inList: { readonly tokenSha256: string; readonly curveKey?: string };
  /** Of the file that the client gets. */
  readonly text: string;
}

export function newTokenOnly(): Secrets {
  const token = newToken();
  return { token, inList: { tokenSha256: tokenSha256(token) }, text: `${token}\n` };
}

/** @param curveKeyFile of the daemon; undefined: none is set */
export function newKey(
  name: string,
  curveKeyFile: string | undefined,
): Secrets | { readonly fault: ListFault } {
  if (curveKeyFile === undefined) {
    const hint = 'Set it, and run `lockstep keys server` first: a key file has its public key.';
    return { fault: { message: 'LOCKSTEP_CURVE_KEY_FILE is not set', hint } };
  }
  const read = readServerKey(curveKeyFile);
  if (!read.ok) return { fault: read.fault };
  const token = newToken();
  const pair = newCurvePair();
  return {
    token,
    inList: { tokenSha256: tokenSha256(token), curveKey: pair.publicKey },
    text: clientKeyText({ name, ...pair, serverKey: read.pair.publicKey, token }),
  };
}
