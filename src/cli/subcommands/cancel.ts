import { IDS, operate } from '../operator-command.ts';
import { subcommand } from '../subcommand.ts';

export const cancel = subcommand({
  usage: 'cancel <ids..>',
  describe: 'Turn commands back that are not committed yet',
  positionals: IDS,
  options: {},
  examples: [['$0 cancel order-17', 'answers once it can no longer commit']],
  run: (args, terminal) => operate('cancel', args, terminal),
});
