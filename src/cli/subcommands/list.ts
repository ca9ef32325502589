import type { LockstepClient } from '../../client/index.ts';
import { isError, type ListAnswer } from '../../protocol/answer.ts';
import type { ErrorReply } from '../../protocol/errors.ts';
import type { ListInput } from '../../protocol/input/request-input.ts';
import { EXIT, exitOfReply, UsageError } from '../exit-code.ts';
import { wholeNumber } from '../input/number.ts';
import { FILTER, FILTER_OPTIONS, filterOf, given, pageOptions } from '../operate/filter.ts';
import { commandTable, errorText, isSettled } from '../output/answer-text.ts';
import { plain } from '../output/terminal.ts';
import { subcommand, withDaemon } from '../subcommand.ts';

const LIMIT_MAX = 1000;

const OPTIONS = {
  ...FILTER_OPTIONS,
  state: {
    type: 'string',
    array: true,
    requiresArg: true,
    describe: 'Only these states, as --state refused,rolled_back',
    group: FILTER,
  },
  open: { type: 'boolean', describe: 'Only commands that are not settled', group: FILTER },
  ...pageOptions('Commands', LIMIT_MAX),
} as const;

export const list = subcommand({
  usage: 'list',
  describe: 'List commands, newest first',
  positionals: {},
  options: OPTIONS,
  examples: [
    [
      '$0 list --state refused,rolled_back --younger-than 1h',
      'commands that failed in the last hour',
    ],
    ['$0 list --stuck', 'commands that are stuck'],
    ['$0 list --open --node node03', 'commands that wait for this node'],
    ['$0 list --parked', 'commands that crashed the daemon'],
    ['$0 list --key 5 --json', 'the history of one record'],
  ],
  async run(args, terminal) {
    const page = { limit: limitOf(args.limit), cursor: args.cursor };
    const filter = { ...filterOf(args), ...openOnly(args), ...given(page) } as Omit<
      ListInput,
      'op'
    >;
    return withDaemon(args, async (client) => {
      const answer = await withNodes(client, await client.list(filter));
      if (args.json) await terminal.json(answer);
      else if (isError(answer)) terminal.note(errorText(answer, terminal));
      else {
        await terminal.line(listText(answer));
        const { next, damaged = [] } = answer;
        for (const { id, message } of damaged) {
          terminal.note(`lockstep: ${plain(id)} is damaged in the journal: ${plain(message)}`);
        }
        if (damaged.length > 0) terminal.note('  List all damage: lockstep journal check.');
        if (next !== undefined)
          terminal.note(`\nMore: repeat the command with --cursor ${plain(next)}`);
      }
      return isError(answer) || answer.damaged === undefined ? exitOfReply(answer) : EXIT.notDone;
    });
  },
});

function openOnly(args: {
  readonly open: boolean | undefined;
  readonly state: readonly string[] | undefined;
}): Pick<ListInput, 'state'> {
  if (args.open !== true) return {};
  if (args.state !== undefined) throw new UsageError('--open cannot be combined with --state');
  return { state: ['accepted', 'applying', 'compensating'] };
}

/**
 * Only its executor knows the last responses of the nodes for an open command: so the daemon is
 * asked for each command. One that has settled meanwhile, or gets no answer, stays as listed.
 */
async function withNodes(
  client: LockstepClient,
  answer: ListAnswer | ErrorReply,
): Promise<ListAnswer | ErrorReply> {
  if (isError(answer)) return answer;
  const seen = answer.commands.map(async (one) => {
    if (isSettled(one) || one.nodes !== undefined) return one;
    const now = await client.status(one.id);
    return isError(now) || now.nodes === undefined ? one : { ...one, nodes: now.nodes };
  });
  return { ...answer, commands: await Promise.all(seen) };
}

function limitOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : wholeNumber('limit', text, LIMIT_MAX);
}

function listText({ commands }: ListAnswer): string {
  return commands.length === 0 ? 'No commands.' : commandTable(commands);
}
