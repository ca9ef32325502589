import { createInterface } from 'node:readline/promises';
import { EXIT, UsageError } from '../exit-code.ts';
import { IDS, operate } from '../operator-command.ts';
import { subcommand } from '../subcommand.ts';
import type { Terminal } from '../terminal.ts';

export const abandon = subcommand({
  usage: 'abandon <ids..>',
  describe: 'Give rollbacks up for ever; the nodes stay as they are',
  positionals: IDS,
  options: {
    yes: { type: 'boolean', alias: 'y', describe: 'Do not ask', group: 'Command:' },
  },
  examples: [
    ['$0 abandon order-17', 'asks before it does'],
    ['$0 list --stuck', 'which rollbacks are stuck'],
  ],
  async run(args, terminal) {
    if (args.yes !== true && !(await agreed(args.ids, terminal))) {
      terminal.note('Nothing was done.');
      return EXIT.notDone;
    }
    return operate('abandon', args, terminal);
  },
});

async function agreed(ids: readonly string[], terminal: Terminal): Promise<boolean> {
  if (!terminal.canAsk) {
    throw new UsageError('abandon leaves nodes different for good; say --yes if that is meant');
  }
  const what = ids.length === 1 ? ids[0] : `${ids.length} commands`;
  const dialogue = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const reply = await dialogue.question(`Give up the rollback of ${what} for ever? [y/N] `);
    return /^y(es)?$/i.test(reply.trim());
  } finally {
    dialogue.close();
  }
}
