/** `lockstep keys server`: makes the key of the daemon, once; it is never replaced, since all clients have its public key. */
import { codeOf, messageOf } from '../../base/error-fields.ts';
import { makeListFolder } from '../../clients/client-file.ts';
import type { ListFault } from '../../clients/client-list.ts';
import { newCurvePair } from '../../clients/curve-pair.ts';
import { serverKeyText } from '../../clients/server-key.ts';
import { replaceSecretFile } from '../../files/secret-file.ts';

export type MadeServerKey =
  | { readonly ok: true; readonly publicKey: string }
  | { readonly ok: false; readonly fault: ListFault };

export function makeServerKey(path: string): MadeServerKey {
  const pair = newCurvePair();
  try {
    makeListFolder(path);
    replaceSecretFile(path, serverKeyText(pair), { isNew: true });
    return { ok: true, publicKey: pair.publicKey };
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    if (code !== 'EEXIST') {
      return { ok: false, fault: { message: `cannot write ${path}: ${messageOf(error)}` } };
    }
    const hint = 'With another one no client that has a key file can connect.';
    return { ok: false, fault: { message: `${path} exists and is not replaced`, hint } };
  }
}
