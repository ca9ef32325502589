/** A daemon with a list of clients, and its client: with a token alone, or with CURVE as well. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientOptions } from '../../src/client/index.ts';
import { clientListText } from '../../src/clients/client-list.ts';
import { newCurvePair } from '../../src/clients/curve-pair.ts';
import type { Role } from '../../src/clients/role.ts';
import { serverKeyText } from '../../src/clients/server-key.ts';
import { newToken, tokenSha256 } from '../../src/clients/token.ts';

export interface Secured {
  /** Settings of the daemon. */
  readonly env: Readonly<Record<string, string>>;
  readonly token: string;
  /** Of its client, with the token. */
  readonly client: ClientOptions;
}

/** @param dataDir of the daemon, which does not run yet */
export function secure(dataDir: string, by: 'token' | 'CURVE', role: Role = 'commands'): Secured {
  mkdirSync(dataDir, { recursive: true });
  const token = newToken();
  const [server, own] = [newCurvePair(), newCurvePair()];
  const client = { name: 'bench', role, tokenSha256: tokenSha256(token) };
  const keyed = by === 'CURVE' ? { ...client, curveKey: own.publicKey } : client;
  writePrivate(join(dataDir, 'clients.json'), clientListText([keyed]));
  if (by === 'token') return { env: {}, token, client: { token } };
  const keyFile = join(dataDir, 'server.key');
  writePrivate(keyFile, serverKeyText(server));
  const env = { LOCKSTEP_CURVE_KEY_FILE: keyFile };
  return { env, token, client: { token, serverKey: server.publicKey, curve: own } };
}

function writePrivate(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
}
