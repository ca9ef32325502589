/** `lockstep wait`: until commands are settled. */

import { durationMs } from '../input/duration.ts';
import { subcommand } from '../subcommand.ts';
import { waitFor } from '../wait/run.ts';
import { withDaemon } from '../with-daemon.ts';

export const wait = subcommand({
  usage: 'wait <ids..>',
  describe: 'Wait until commands are settled; exit code 0 only if all are committed',
  positionals: {
    ids: { type: 'string', array: true, demandOption: true, describe: 'Ids of commands' },
  },
  options: {
    within: {
      type: 'string',
      requiresArg: true,
      describe: 'Longest wait (30s, 5m); exit code 4 if one is not settled by then',
      defaultDescription: 'no limit',
      group: 'Command:',
    },
  },
  examples: [
    ['$0 wait order-17 --within 1m', 'exit code 0: committed; 1: another outcome; 4: not yet'],
    ['$0 create keys.txt --wait accepted -q | xargs $0 wait', 'send first, wait later'],
  ],
  async run({ ids, within, ...args }, terminal) {
    const withinMs = within === undefined ? undefined : durationMs('within', within);
    return withDaemon(args, terminal, (client) => waitFor(client, { ids, withinMs }, terminal));
  },
});
