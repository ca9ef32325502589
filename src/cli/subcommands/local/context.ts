/** `lockstep context`: names for daemons, with the client to be there. */
import { runContext } from '../../context/run.ts';
import { EVENTS_ENDPOINT } from '../../input/options.ts';
import { subcommand } from '../../subcommand.ts';

export const context = subcommand({
  usage: 'context <act> [name]',
  describe: 'Name daemons, and choose the one that calls go to',
  positionals: {
    act: {
      choices: ['add', 'use', 'list', 'remove', 'unset'] as const,
      demandOption: true,
      describe: 'add: a new one, or other values; use: from now on; unset: no current one',
    },
    name: { type: 'string', describe: 'Name of the context' },
  },
  options: {
    key: {
      type: 'string',
      requiresArg: true,
      describe: 'The same as --key-file',
    },
    ...EVENTS_ENDPOINT,
  },
  examples: [
    ['$0 context add prod --endpoint tcp://db1:5570 --key ann.key', 'a daemon with CURVE'],
    ['$0 context add here --endpoint tcp://127.0.0.1:5570 --token-file ann.token', 'with a token'],
    ['$0 context use prod', 'calls go there from now on'],
    ['$0 list --context here', 'one call for another daemon'],
  ],
  run: (args, terminal) =>
    runContext(
      {
        act: args.act,
        name: args.name,
        endpoint: args.endpoint,
        eventsEndpoint: args['events-endpoint'],
        keyFile: args.key ?? args['key-file'],
        tokenFile: args['token-file'],
      },
      terminal,
    ),
});
