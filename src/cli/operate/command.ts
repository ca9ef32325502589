/**
 * `retry`, `cancel` and `abandon`: an operator's command for commands, by their ids or by a filter.
 */
import type { LockstepClient } from '../../client/index.ts';
import { type CommandAnswer, isError } from '../../protocol/answer.ts';
import type { ErrorReply } from '../../protocol/errors.ts';
import type { OperatorAct } from '../../protocol/work.ts';
import { type ExitCode, UsageError } from '../exit-code.ts';
import { fullIds } from '../input/full-id.ts';
import { agree, mustBeAskable, YES } from '../input/question.ts';
import { details, isSettled } from '../output/answer-text.ts';
import type { Terminal } from '../output/terminal.ts';
import { type Definition, type Subcommand, subcommand } from '../subcommand.ts';
import { withDaemon } from '../with-daemon.ts';
import { author } from './author.ts';
import { operateByFilter } from './by-filter.ts';
import {
  FILTER,
  FILTER_OPTIONS,
  type FilterArguments,
  filterOf,
  given as withoutAbsent,
} from './filter.ts';
import { OperatorTally } from './tally.ts';

const POSITIONALS = {
  ids: {
    type: 'string',
    array: true,
    describe: 'Ids of commands, as `lockstep list` shows them; or a filter instead',
  },
} as const;

export const SELECTION_OPTIONS = {
  ...FILTER_OPTIONS,
  op: {
    choices: ['create', 'delete'],
    requiresArg: true,
    describe: 'Only creates, or only deletes',
    group: FILTER,
  },
  all: { type: 'boolean', describe: 'All open commands that allow it', group: FILTER },
  'dry-run': {
    type: 'boolean',
    describe: 'Only show the commands that a filter matches',
    group: 'Command:',
  },
  ...YES,
} as const;

interface Asked {
  /** The question about commands by id; none if the action does no harm. */
  readonly question?: (what: string) => string;
  readonly why?: string;
}

interface Asker {
  readonly client: LockstepClient;
  readonly args: { readonly yes: boolean | undefined };
  readonly terminal: Terminal;
}

interface Texts
  extends Asked,
    Pick<Definition<typeof POSITIONALS, typeof SELECTION_OPTIONS>, 'describe' | 'examples'> {}

export function operatorCommand(op: OperatorAct, words: Texts): Subcommand {
  const { describe, examples, question, why = '' } = words;
  return subcommand({
    usage: `${op} [ids..]`,
    describe,
    examples,
    positionals: POSITIONALS,
    options: SELECTION_OPTIONS,
    async run(args, terminal) {
      const { ids: given = [] } = args;
      const filter = selectionOf(op, args);
      if (filter !== undefined) return operateByFilter(op, { ...args, filter }, terminal);
      if (question !== undefined) mustBeAskable(why, { yes: args.yes, terminal });
      return withDaemon(args, terminal, async (client) => {
        const ids = await fullIds(client, given);
        if (question !== undefined) await ask({ ids, question, why }, { client, args, terminal });
        const act = (id: string) => client[op](id, { by: author() });
        return operateOn(ids, { name: op, act, json: args.json === true }, terminal);
      });
    },
  });
}

interface Act {
  readonly name: string;
  readonly act: (id: string) => Promise<CommandAnswer | ErrorReply>;
  readonly json: boolean;
}

/** One after the other. */
export async function operateOn(
  ids: readonly string[],
  { name, act, json }: Act,
  terminal: Terminal,
): Promise<ExitCode> {
  const tally = new OperatorTally(name, { json, terminal });
  for (const id of ids) {
    const answer = await act(id);
    await tally.count(answer, isError(answer) ? undefined : details(answer, terminal));
  }
  await tally.json(true);
  return tally.code;
}

/**
 * Asks only if one of the commands is open: for settled ones the daemon reports that nothing can be
 * done.
 */
async function ask(
  { ids, question, why }: { readonly ids: readonly string[] } & Required<Asked>,
  { client, args, terminal }: Asker,
): Promise<void> {
  if (args.yes === true) return;
  const answers = await Promise.all(ids.map((id) => client.status(id)));
  if (!answers.some((answer) => !isError(answer) && !isSettled(answer))) return;
  const what = ids.length === 1 ? String(ids[0]) : `${ids.length} commands`;
  await agree(question(what), why, { yes: args.yes, terminal });
}

interface Selecting extends FilterArguments {
  readonly ids: readonly string[] | undefined;
  readonly op: string | undefined;
  readonly all: boolean | undefined;
  readonly 'dry-run': boolean | undefined;
}

/** The filter, or undefined if commands are named by their ids. */
export function selectionOf(
  name: string,
  args: Selecting,
): Readonly<Record<string, unknown>> | undefined {
  const filter = { ...filterOf(args), ...withoutAbsent({ op: args.op }) };
  const byFilter = args.all === true || Object.keys(filter).length > 0;
  const byId = (args.ids?.length ?? 0) > 0;
  if (byId && (byFilter || args['dry-run'] === true)) {
    throw new UsageError('ids cannot be combined with a filter or --dry-run');
  }
  if (!byId && !byFilter) {
    throw new UsageError(`no commands are named: lockstep ${name} <ids..>, or a filter, or --all`);
  }
  return byFilter ? filter : undefined;
}
