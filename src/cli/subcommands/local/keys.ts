import { ROLES } from '../../../clients/role.ts';
import { UsageError } from '../../exit-code.ts';
import { durationMs } from '../../input/duration.ts';
import { CONFIG } from '../../input/options.ts';
import { YES } from '../../input/question.ts';
import { subcommand } from '../../subcommand.ts';

/** A token that leaked must not count for ever. */
const OVERLAP_MS_MAX = 7 * 24 * 60 * 60 * 1000;

export const keys = subcommand({
  usage: 'keys <act> [name]',
  describe: 'Make, list, remove or renew the clients that may command the daemon',
  positionals: {
    act: {
      choices: ['add', 'list', 'remove', 'rotate', 'off', 'server'] as const,
      demandOption: true,
      describe:
        'add: a new client, with a token; rotate: a new token in place of the old one; off: remove the list, so that no token is asked; server: the key of the daemon for CURVE, once',
    },
    name: { type: 'string', describe: 'Name of the client' },
  },
  options: {
    role: {
      choices: ROLES,
      requiresArg: true,
      describe: 'Of a new client: send commands, only look, or do everything',
    },
    out: {
      type: 'string',
      requiresArg: true,
      describe: 'Write the token (of server: the key) to this file (mode 0600), and do not show it',
    },
    'key-out': {
      type: 'string',
      requiresArg: true,
      describe: 'Make a key for CURVE too, and write it and the token to this key file (mode 0600)',
    },
    overlap: {
      type: 'string',
      requiresArg: true,
      describe: 'With rotate: the old token counts for so long (10m, 1d; at most 7d)',
    },
    ...YES,
    ...CONFIG,
  },
  examples: [
    ['$0 keys add deploy --role commands --out deploy.token', 'a client that creates and deletes'],
    ['$0 keys server', 'the key of the daemon, where LOCKSTEP_CURVE_KEY_FILE is'],
    ['$0 keys add ann --role operate --key-out ann.key', 'a client that connects by CURVE'],
    ['$0 keys list', 'who may do what'],
    ['$0 keys rotate deploy --overlap 10m --out deploy.token', 'without a gap'],
    ['$0 keys remove deploy', 'refused from its next request on'],
  ],
  async run(args, terminal) {
    // Loaded on use: it reads the configuration, which no call to the daemon needs.
    const { runKeys } = await import('../../keys/run.ts');
    return runKeys(
      {
        ...args,
        keyOut: args['key-out'],
        overlapMs: overlapOf(args.overlap),
        json: args.json === true,
      },
      terminal,
    );
  },
});

function overlapOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = durationMs('overlap', text);
  if (ms <= OVERLAP_MS_MAX) return ms;
  throw new UsageError('--overlap must be at most 7d');
}
