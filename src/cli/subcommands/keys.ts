import { ROLES } from '../../clients/role.ts';
import { CONFIG } from '../input/options.ts';
import { YES } from '../input/question.ts';
import { subcommand } from '../subcommand.ts';

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
    ...YES,
    ...CONFIG,
  },
  examples: [
    ['$0 keys add deploy --role commands --out deploy.token', 'a client that creates and deletes'],
    ['$0 keys server', 'the key of the daemon, where LOCKSTEP_CURVE_KEY_FILE is'],
    ['$0 keys add ann --role operate --key-out ann.key', 'a client that connects by CURVE'],
    ['$0 keys list', 'who may do what'],
    ['$0 keys remove deploy', 'refused from its next request on'],
  ],
  async run(args, terminal) {
    // Loaded on use: it reads the configuration, which no call to the daemon needs.
    const { runKeys } = await import('../keys/run.ts');
    return runKeys({ ...args, keyOut: args['key-out'], json: args.json === true }, terminal);
  },
});
