/** The token of a call to the daemon: of `--token-file`, else of the environment. */
import type { Options } from 'yargs';
import { readSecretFile, SecretFault } from '../../node/access/secret.ts';
import { AUTH_LENGTH_MAX } from '../../protocol/frame/read-frame.ts';
import { UsageError } from '../exit-code.ts';

export const TOKEN_FILE = {
  type: 'string',
  requiresArg: true,
  describe: 'File with the token of a client (environment: LOCKSTEP_TOKEN_FILE, LOCKSTEP_TOKEN)',
} as const satisfies Options;

/**
 * Undefined: none is given. An empty variable is an unset one.
 *
 * @throws UsageError if the file cannot be used; it names the option or variable, and repeats no part of a token
 */
export function tokenOf(file: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  if (file !== undefined) return read(file, '--token-file');
  const token = env['LOCKSTEP_TOKEN'];
  if (token) return checked(token.trim(), 'LOCKSTEP_TOKEN');
  const named = env['LOCKSTEP_TOKEN_FILE'];
  return named ? read(named, 'LOCKSTEP_TOKEN_FILE') : undefined;
}

function read(path: string, source: string): string {
  try {
    return checked(readSecretFile(path).trim(), `${source}: ${path}`);
  } catch (error) {
    if (!(error instanceof SecretFault)) throw error;
    const hint = error.hint === undefined ? '' : ` (${error.hint})`;
    throw new UsageError(`${source} ${error.message}${hint}`, { cause: error });
  }
}

function checked(token: string, source: string): string {
  if (/^[\x21-\x7e]+$/.test(token) && token.length <= AUTH_LENGTH_MAX) return token;
  throw new UsageError(
    `${source} holds no token: one word of at most ${AUTH_LENGTH_MAX} characters`,
  );
}
