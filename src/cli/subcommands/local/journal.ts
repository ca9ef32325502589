import { CONFIG } from '../../input/options.ts';
import { subcommand } from '../../subcommand.ts';

export const journal = subcommand({
  usage: 'journal <act> [file]',
  describe: 'Check a journal for damage: the one in use, with a daemon or without, or a copy',
  positionals: {
    act: {
      choices: ['check'] as const,
      demandOption: true,
      describe: 'check: read every row, and name what is damaged; nothing is changed',
    },
    file: {
      type: 'string',
      describe: 'A copy of a journal',
      defaultDescription: 'the journal of the settings',
    },
  },
  options: { ...CONFIG },
  examples: [
    ['$0 journal check', 'the journal of the daemon, also while it runs'],
    ['$0 journal check /backup/journal.db', 'a backup, before it is needed'],
  ],
  async run(args, terminal) {
    // Loaded on use: it reads the configuration and SQLite, which no call to the daemon needs.
    const { checkJournal } = await import('../../operate/check-run.ts');
    return checkJournal(
      { file: args.file, config: args.config, json: args.json === true },
      terminal,
    );
  },
});
