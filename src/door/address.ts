/**
 * The operators' address on the daemon's own machine, and the run file that gives it to scripts.
 */
import { join } from 'node:path';
import { OPS_URL_FILE } from '../files/data-files.ts';
import { writePrivateFile } from '../files/private-file.ts';

const ANY_ADDRESS = ['0.0.0.0', '::'];

export interface OpsAddress {
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
}

/** As a person writes it; an address that stands for all of the machine's is named as it is. */
export function opsUrl({ host, port, isSecure }: OpsAddress): string {
  return `${isSecure ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** @throws the error of the file system */
export function writeOpsUrl(dataDir: string, address: OpsAddress): void {
  const host = ANY_ADDRESS.includes(address.host) ? '127.0.0.1' : address.host;
  writePrivateFile(join(dataDir, OPS_URL_FILE), `${opsUrl({ ...address, host })}\n`);
}
