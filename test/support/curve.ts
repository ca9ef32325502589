/** A daemon's key for CURVE, its list of clients, and their key files, in a folder of the test. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Client, clientListText } from '../../src/clients/client-list.ts';
import { newCurvePair } from '../../src/clients/curve-pair.ts';
import type { Role } from '../../src/clients/role.ts';
import { serverKeyText } from '../../src/clients/server-key.ts';
import { newToken, tokenSha256 } from '../../src/clients/token.ts';
import { tempFolder } from './temp-folder.ts';

/** A client, in the list or not. */
export interface KeyFile {
  readonly path: string;
  readonly token: string;
  /** For a socket of ZeroMQ. */
  readonly options: {
    readonly curveServerKey: string;
    readonly curvePublicKey: string;
    readonly curveSecretKey: string;
  };
}

export function newKeyFile(serverKey: string, name = 'somebody'): KeyFile {
  const { publicKey, secretKey } = newCurvePair();
  const token = newToken();
  const path = join(tempFolder(), `${name}.key`);
  const text = JSON.stringify({ name, publicKey, secretKey, serverKey, token });
  writeFileSync(path, text, { mode: 0o600 });
  const curve = { curvePublicKey: publicKey, curveSecretKey: secretKey };
  return { path, token, options: { ...curve, curveServerKey: serverKey } };
}

/** The keys of a daemon and of its clients. */
export class Keys {
  readonly #server = newCurvePair();
  readonly #folder = tempFolder();
  #clients: readonly Client[] = [];

  constructor() {
    writeFileSync(this.#path('server.key'), serverKeyText(this.#server), { mode: 0o600 });
    this.#write([]);
  }

  /** Settings of the daemon. */
  get env(): Readonly<Record<string, string>> {
    return {
      LOCKSTEP_CURVE_KEY_FILE: this.#path('server.key'),
      LOCKSTEP_CLIENTS: this.#path('clients.json'),
    };
  }

  get serverKey(): string {
    return this.#server.publicKey;
  }

  add(name: string, role: Role, key = newKeyFile(this.serverKey, name)): KeyFile {
    const { token, options } = key;
    const client = {
      name,
      role,
      tokenSha256: tokenSha256(token),
      curveKey: options.curvePublicKey,
    };
    this.#write([...this.#clients, client]);
    return key;
  }

  remove(name: string): void {
    this.#write(this.#clients.filter((client) => client.name !== name));
  }

  #path(file: string): string {
    return join(this.#folder, file);
  }

  #write(clients: readonly Client[]): void {
    this.#clients = clients;
    writeFileSync(this.#path('clients.json'), clientListText(clients), { mode: 0o600 });
  }
}
