import { CONFIG } from '../../input/options.ts';
import { subcommand } from '../../subcommand.ts';

export const move = subcommand({
  usage: 'move [file]',
  describe: 'Move the journal from a file into the database of LOCKSTEP_JOURNAL',
  positionals: {
    file: {
      type: 'string',
      describe: 'The journal of the daemon so far, which is stopped',
      defaultDescription: 'journal.db in the data folder',
    },
  },
  options: { ...CONFIG },
  examples: [
    ['$0 move', 'with the daemon stopped, and LOCKSTEP_JOURNAL=postgres://…; then start it'],
    ['$0 move /var/lib/lockstep/journal.db', 'if the journal was not in the data folder'],
  ],
  async run(args, terminal) {
    // Loaded on use: it reads the configuration, SQLite and PostgreSQL, which no call to the daemon needs.
    const { runMove } = await import('../../operate/move-run.ts');
    return runMove({ file: args.file, config: args.config, json: args.json === true }, terminal);
  },
});
