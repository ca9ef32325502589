import { CONFIG } from '../input/options.ts';
import { subcommand } from '../subcommand.ts';

export const page = subcommand({
  usage: 'page',
  describe: 'Print the link to the live page of the daemon',
  positionals: {},
  options: CONFIG,
  examples: [
    ['$0 page', 'the link that logs in, for your browser alone'],
    ['$0 page --token-file ann.token', 'where there is a list of clients'],
  ],
  async run(args, terminal) {
    // Loaded on use: it reads the configuration, which no call to the daemon needs.
    const { runPage } = await import('./run.ts');
    return runPage({ ...args, json: args.json === true }, terminal);
  },
});
