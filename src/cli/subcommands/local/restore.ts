import { type ExitCode, UsageError } from '../../exit-code.ts';
import { fullIds } from '../../input/full-id.ts';
import { CONFIG } from '../../input/options.ts';
import { agree } from '../../input/question.ts';
import { author } from '../../operate/author.ts';
import { operateByFilter } from '../../operate/by-filter.ts';
import { operateOn, SELECTION_OPTIONS, selectionOf } from '../../operate/command.ts';
import type { Terminal } from '../../output/terminal.ts';
import { subcommand } from '../../subcommand.ts';
import { withDaemon } from '../../with-daemon.ts';

const ACT = 'Held commands:';

/** The loss in case of a mistake. */
const WHY = {
  resume: 'restore --resume changes nodes',
  abandon: 'restore --abandon leaves nodes as they are for good',
} as const;

export const restore = subcommand({
  usage: 'restore [what..]',
  describe: 'Replace the journal with a copy; resume or give up its open commands',
  positionals: {
    what: {
      type: 'string',
      array: true,
      describe: 'The copy; with --resume or --abandon ids of held commands, or none and a filter',
    },
  },
  options: {
    resume: {
      type: 'boolean',
      describe: 'Resume held commands as the journal has them',
      group: ACT,
    },
    abandon: {
      type: 'boolean',
      describe: 'Give up held commands; the nodes stay as they are',
      group: ACT,
    },
    ...SELECTION_OPTIONS,
    ...CONFIG,
  },
  examples: [
    ['$0 restore /backup/journal.db', 'with the daemon stopped; then start it'],
    ['$0 restore --resume --dry-run', 'which commands are held'],
    ['$0 restore --abandon --older-than 1d', 'give up held commands older than a day'],
    ['$0 restore --resume order-17', 'resume this command'],
  ],
  async run(args, terminal) {
    const { resume, abandon, what = [], json } = args;
    if (resume === true && abandon === true)
      throw new UsageError('--resume cannot be combined with --abandon');
    const act = resume === true ? 'resume' : abandon === true ? 'abandon' : undefined;
    if (act === undefined) return restoreFrom(what, args, terminal);
    // Without a selection all of them are meant: it shows their number, and asks.
    const all = args.all ?? what.length === 0;
    const filter = selectionOf(`restore --${act}`, { ...args, ids: what, all });
    if (filter !== undefined) {
      return operateByFilter(`restore --${act}`, { ...args, filter }, terminal);
    }
    const many = what.length === 1 ? String(what[0]) : `${what.length} commands`;
    const question = act === 'resume' ? `Resume ${many}?` : `Give ${many} up forever?`;
    await agree(question, WHY[act], { yes: args.yes, terminal });
    return withDaemon(args, terminal, async (client) => {
      const ids = await fullIds(client, what);
      const decide = (id: string) => client.decideOnHeld(act, id, { by: author() });
      const name = `restore --${act}`;
      return operateOn(ids, { name, act: decide, json: json === true }, terminal);
    });
  },
});

async function restoreFrom(
  what: readonly string[],
  args: { readonly config: string | undefined; readonly json: boolean | undefined },
  terminal: Terminal,
): Promise<ExitCode> {
  const [file, ...more] = what;
  if (file === undefined || more.length > 0) {
    throw new UsageError('no copy is named: lockstep restore FILE; or --resume, or --abandon');
  }
  // Loaded on use: it reads the configuration and SQLite, which no call to the daemon needs.
  const { runRestore } = await import('../../operate/restore-run.ts');
  return runRestore({ file, config: args.config, json: args.json === true }, terminal);
}
