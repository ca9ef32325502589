import { ROLES } from '../../clients/role.ts';
import { CONFIG } from '../input/options.ts';
import { subcommand } from '../subcommand.ts';

export const keys = subcommand({
  usage: 'keys <act> [name]',
  describe: 'Make, list, remove or renew the clients that may command the daemon',
  positionals: {
    act: {
      choices: ['add', 'list', 'remove', 'rotate'] as const,
      demandOption: true,
      describe: 'add: a new client, with a token; rotate: a new token in place of the old one',
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
      describe: 'Write the token to this file (mode 0600), and do not show it',
    },
    ...CONFIG,
  },
  examples: [
    ['$0 keys add deploy --role commands --out deploy.token', 'a client that creates and deletes'],
    ['$0 keys list', 'who may do what'],
    ['$0 keys remove deploy', 'refused from its next request on'],
  ],
  async run(args, terminal) {
    // Loaded on use: it reads the configuration, which no call to the daemon needs.
    const { runKeys } = await import('../keys/run.ts');
    return runKeys({ ...args, json: args.json === true }, terminal);
  },
});
