/** `retry`, `cancel` and `abandon`: an operator's word about commands, by their ids or by a filter. */
import type { LockstepClient } from '../client/index.ts';
import { type CommandAnswer, isError } from '../protocol/answer.ts';
import type { ErrorReply } from '../protocol/errors.ts';
import type { OperatorAct } from '../protocol/work.ts';
import { details, errorText } from './answer-text.ts';
import { author } from './author.ts';
import { EXIT, type ExitCode, exitOfReply, UsageError, worst } from './exit-code.ts';
import { FILTER, FILTER_OPTIONS, type FilterArguments, filterOf, given } from './filter.ts';
import { operateByFilter } from './operate-by-filter.ts';
import { agreed, YES } from './question.ts';
import { type Definition, type Subcommand, subcommand, withDaemon } from './subcommand.ts';
import type { Terminal } from './terminal.ts';

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
  lane: {
    choices: ['interactive', 'bulk'],
    requiresArg: true,
    describe: 'Only commands of this lane',
    group: FILTER,
  },
  all: { type: 'boolean', describe: 'All open commands it can be done to', group: FILTER },
  'dry-run': {
    type: 'boolean',
    describe: 'Only show which commands a filter means',
    group: 'Command:',
  },
  ...YES,
} as const;

interface Words
  extends Pick<Definition<typeof POSITIONALS, typeof SELECTION_OPTIONS>, 'describe' | 'examples'> {
  /** What is asked of commands by id before it is done; nothing if it does no harm. */
  readonly question?: (what: string) => string;
  readonly why?: string;
}

export function operatorCommand(op: OperatorAct, words: Words): Subcommand {
  const { describe, examples, question, why = '' } = words;
  return subcommand({
    usage: `${op} [ids..]`,
    describe,
    examples,
    positionals: POSITIONALS,
    options: SELECTION_OPTIONS,
    async run(args, terminal) {
      const { ids = [] } = args;
      const filter = selectionOf(op, args);
      if (filter !== undefined) return operateByFilter(op, { ...args, filter }, terminal);
      if (question !== undefined) {
        const what = ids.length === 1 ? String(ids[0]) : `${ids.length} commands`;
        const isMeant = await agreed(question(what), why, { yes: args.yes, terminal });
        if (!isMeant) return EXIT.notDone;
      }
      return withDaemon(args, async (client) => {
        const codes: ExitCode[] = [];
        for (const id of ids) {
          codes.push(await operateOn(client, { op, id, json: args.json }, terminal));
        }
        return worst(codes);
      });
    },
  });
}

interface Selecting extends FilterArguments {
  readonly ids: readonly string[] | undefined;
  readonly op: string | undefined;
  readonly lane: string | undefined;
  readonly all: boolean | undefined;
  readonly 'dry-run': boolean | undefined;
}

/** The filter, or undefined if commands are named by their ids. */
export function selectionOf(
  name: string,
  args: Selecting,
): Readonly<Record<string, unknown>> | undefined {
  const filter = { ...filterOf(args), ...given({ op: args.op, lane: args.lane }) };
  const byFilter = args.all === true || Object.keys(filter).length > 0;
  const byId = (args.ids?.length ?? 0) > 0;
  if (byId && (byFilter || args['dry-run'] === true)) {
    throw new UsageError('ids stand alone: no filter, no --dry-run beside them');
  }
  if (!byId && !byFilter) {
    throw new UsageError(`which commands? lockstep ${name} <ids..>, or a filter, or --all`);
  }
  return byFilter ? filter : undefined;
}

/** One after the other; with --json a line of JSON for each. */
async function operateOn(
  client: LockstepClient,
  { op, id, json }: { op: OperatorAct; id: string; json: boolean | undefined },
  terminal: Terminal,
): Promise<ExitCode> {
  return tellActed(await client[op](id, { by: author() }), { json }, terminal);
}

export async function tellActed(
  answer: CommandAnswer | ErrorReply,
  { json }: { readonly json: boolean | undefined },
  terminal: Terminal,
): Promise<ExitCode> {
  if (json) await terminal.json(answer);
  else if (isError(answer)) terminal.note(errorText(answer, terminal));
  else await terminal.line(details(answer, terminal));
  return exitOfReply(answer);
}
