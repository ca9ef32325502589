/** The addresses of the daemon in its configuration file. */
import { lookup } from 'node:dns/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../../base/error-fields.ts';
import { UsageError } from '../exit-code.ts';

const FILES = ['json', 'yaml', 'yml'].map((extension) => `lockstep.config.${extension}`);

/**
 * As a daemon started in this place would read it; undefined: there is no file, or it does not have the address.
 * @throws UsageError if the configuration file cannot be understood
 */
export async function configuredAddress(
  name: 'endpoint' | 'eventsEndpoint',
  { env, cwd }: { readonly env: NodeJS.ProcessEnv; readonly cwd: string },
): Promise<string | undefined> {
  const path = env['LOCKSTEP_CONFIG'];
  const named = path === undefined ? undefined : { path, source: 'LOCKSTEP_CONFIG' };
  if (named === undefined && !FILES.some((file) => existsSync(join(cwd, file)))) {
    return undefined;
  }
  // Reading it takes longer than most calls, so it is read only if it exists.
  const { readConfigFile } = await import('../../config/sources/file.ts');
  const file = readConfigFile(cwd, named);
  const [problem] = file.problems;
  if (!file.legible && problem !== undefined) {
    throw new UsageError(`${problem.source} ${problem.message}; or use --endpoint`);
  }
  const address = file.given.find(({ key }) => key === name)?.value;
  return typeof address === 'string' ? address : undefined;
}

/** Why the host of one of these addresses cannot be looked up; undefined if each can, or is no name. */
export async function nameFault(endpoints: string): Promise<string | undefined> {
  const faults = await Promise.all(endpoints.split(',').map((one) => nameFaultOf(one.trim())));
  return faults.find((fault) => fault !== undefined);
}

async function nameFaultOf(endpoint: string): Promise<string | undefined> {
  const host = /^tcp:\/\/([^:[\]*]+):/.exec(endpoint)?.[1];
  if (host === undefined) return undefined;
  try {
    await lookup(host);
    return undefined;
  } catch (error) {
    const code = codeOf(error);
    return `the host name ${host} in ${endpoint} cannot be looked up (${code ?? String(error)})`;
  }
}
