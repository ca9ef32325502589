/**
 * The operators' address on the daemon's own machine, and the run file that gives it to scripts.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** In the data folder; `supervisor/healthy` reads it. */
const FILE = 'ops-url';
const ANY_ADDRESS = ['0.0.0.0', '::'];

/** @throws the error of the file system */
export function writeOpsUrl(dataDir: string, host: string, port: number): void {
  const name = ANY_ADDRESS.includes(host) ? '127.0.0.1' : host;
  const url = `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
  writeFileSync(join(dataDir, FILE), `${url}\n`);
}
