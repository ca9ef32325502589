/** The address of the daemon, without --endpoint. */
import { lookup } from 'node:dns/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../../base/error-fields.ts';
import { DEFAULT_ENDPOINT } from '../../client/index.ts';
import { UsageError } from '../exit-code.ts';

const FILES = ['json', 'yaml', 'yml'].map((extension) => `lockstep.config.${extension}`);

/**
 * As a daemon started here would have it: from the environment, else the configuration file.
 * @throws UsageError if the configuration file cannot be understood
 */
export async function endpointOf(env: NodeJS.ProcessEnv, cwd: string): Promise<string> {
  const given = env['LOCKSTEP_ENDPOINT'];
  if (given) return given;
  const path = env['LOCKSTEP_CONFIG'];
  const named = path === undefined ? undefined : { path, source: 'LOCKSTEP_CONFIG' };
  if (named === undefined && !FILES.some((file) => existsSync(join(cwd, file)))) {
    return DEFAULT_ENDPOINT;
  }
  // Reading it takes longer than most calls, so it is read only if it exists.
  const { readConfigFile } = await import('../../config/sources/file.ts');
  const file = readConfigFile(cwd, named);
  const [problem] = file.problems;
  if (!file.legible && problem !== undefined) {
    throw new UsageError(`${problem.source} ${problem.message}; or use --endpoint`);
  }
  const endpoint = file.given.find(({ key }) => key === 'endpoint')?.value;
  return typeof endpoint === 'string' ? endpoint : DEFAULT_ENDPOINT;
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
