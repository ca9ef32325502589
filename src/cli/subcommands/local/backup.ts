import { durationMs } from '../../input/duration.ts';
import { wholeNumber } from '../../input/number.ts';
import { CONFIG } from '../../input/options.ts';
import { subcommand } from '../../subcommand.ts';

const KEEP = 10;

export const backup = subcommand({
  usage: 'backup <file>',
  describe: 'Copy the journal, while the daemon runs or not',
  positionals: {
    file: {
      type: 'string',
      demandOption: true,
      describe: 'File of the copy; it appears once the copy is complete',
    },
  },
  options: {
    every: {
      type: 'string',
      requiresArg: true,
      describe: 'Repeat at this interval (30m, 6h) until interrupted',
    },
    keep: {
      type: 'string',
      requiresArg: true,
      describe: 'Add the time to the file name, and keep this many of the newest copies',
      defaultDescription: `${KEEP} with --every`,
    },
    ...CONFIG,
  },
  examples: [
    ['$0 backup /backup/journal.db', 'one copy, which replaces an older one'],
    ['$0 backup /backup/journal.db --every 6h --keep 28', 'a week of copies'],
  ],
  async run(args, terminal) {
    // Loaded on use: it reads the configuration and SQLite, which no call to the daemon needs.
    const { backupOnce, backupOver } = await import('../../operate/backup-run.ts');
    const keep = args.keep === undefined ? undefined : wholeNumber('keep', args.keep);
    const job = { file: args.file, config: args.config, json: args.json === true };
    if (args.every === undefined) return backupOnce({ ...job, keep }, terminal);
    const everyMs = durationMs('every', args.every);
    return backupOver({ ...job, keep: keep ?? KEEP }, everyMs, terminal);
  },
});
