/** Which client of the daemon the command line is: its key file for CURVE, and its token. */
import type { Options } from 'yargs';
import { TOKEN_FILE, tokenOf } from './token.ts';

export const IDENTITY = {
  'key-file': {
    type: 'string',
    requiresArg: true,
    describe: 'Key file of a client, for CURVE (environment: LOCKSTEP_KEY_FILE)',
  },
  'token-file': TOKEN_FILE,
} as const satisfies Record<string, Options>;

export interface Identity {
  readonly token?: string;
  readonly keyFile?: string;
}

/** A token that is given by itself is stronger than that of the key file. @throws UsageError */
export function identityOf(
  args: { readonly [Name in keyof typeof IDENTITY]?: string | undefined },
  env: NodeJS.ProcessEnv,
): Identity {
  const token = tokenOf(args['token-file'], env);
  const keyFile = args['key-file'] ?? (env['LOCKSTEP_KEY_FILE'] || undefined);
  return {
    ...(token === undefined ? {} : { token }),
    ...(keyFile === undefined ? {} : { keyFile }),
  };
}
