import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Client, clientListText } from '../../src/clients/client-list.ts';
import type { Role } from '../../src/clients/role.ts';
import { newToken, tokenSha256 } from '../../src/clients/token.ts';
import { tempFolder } from '../support/temp-folder.ts';

export interface Known {
  readonly token: string;
  readonly client: Client;
}

export function knownClient(name: string, role: Role): Known {
  const token = newToken();
  return { token, client: { name, role, tokenSha256: tokenSha256(token) } };
}

export function listPath(): string {
  return join(tempFolder(), 'clients.json');
}

export function writeText(path: string, text: string, mode = 0o600): void {
  writeFileSync(path, text, { mode });
  chmodSync(path, mode);
}

export function writeList(path: string, ...clients: readonly Client[]): void {
  writeText(path, clientListText(clients));
}
