import { IDS, operate } from '../operator-command.ts';
import { subcommand } from '../subcommand.ts';

export const retry = subcommand({
  usage: 'retry <ids..>',
  describe: 'Make waiting commands try now',
  positionals: IDS,
  options: {},
  examples: [['$0 retry order-17', 'do not wait for the back-off to end']],
  run: (args, terminal) => operate('retry', args, terminal),
});
