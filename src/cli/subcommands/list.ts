import { isError, type ListAnswer } from '../../protocol/answer.ts';
import type { ListInput } from '../../protocol/request.ts';
import { errorText, outcomeText } from '../answer-text.ts';
import { durationMs, durationText } from '../duration.ts';
import { exitOfReply, UsageError } from '../exit-code.ts';
import { subcommand, withDaemon } from '../subcommand.ts';
import { table } from '../table.ts';
import { plain } from '../terminal.ts';

const FILTER = 'Filter:';

const OPTIONS = {
  state: {
    type: 'string',
    array: true,
    requiresArg: true,
    describe: 'Only these states, as --state refused,rolled_back',
    group: FILTER,
  },
  stuck: { type: 'boolean', describe: 'Only stuck rollbacks', group: FILTER },
  key: {
    type: 'string',
    requiresArg: true,
    describe: 'Only commands about this key',
    group: FILTER,
  },
  node: {
    type: 'string',
    requiresArg: true,
    describe: 'Only commands on this node',
    group: FILTER,
  },
  'older-than': {
    type: 'string',
    requiresArg: true,
    describe: 'Only commands accepted at least this long ago (90s, 2h)',
    group: FILTER,
  },
  'younger-than': {
    type: 'string',
    requiresArg: true,
    describe: 'Only commands accepted at most this long ago',
    group: FILTER,
  },
  limit: {
    type: 'number',
    requiresArg: true,
    describe: 'Commands on a page, 1 to 1000',
    defaultDescription: '100',
    group: FILTER,
  },
  cursor: {
    type: 'string',
    requiresArg: true,
    describe: 'Go on where the page before ended',
    group: FILTER,
  },
} as const;

interface Filters {
  readonly state: readonly string[] | undefined;
  readonly stuck: boolean | undefined;
  readonly key: string | undefined;
  readonly node: string | undefined;
  readonly 'older-than': string | undefined;
  readonly 'younger-than': string | undefined;
  readonly limit: number | undefined;
  readonly cursor: string | undefined;
}

export const list = subcommand({
  usage: 'list',
  describe: 'Commands the daemon knows, newest first',
  positionals: {},
  options: OPTIONS,
  examples: [
    ['$0 list --state refused,rolled_back --younger-than 1h', 'what did not work lately'],
    ['$0 list --stuck', 'rollbacks that need a look'],
    ['$0 list --key 5 --json', 'the history of one record'],
  ],
  async run(args, terminal) {
    const filter = filterOf(args);
    return withDaemon(args, async (client) => {
      const answer = await client.list(filter);
      if (args.json) await terminal.json(answer);
      else if (isError(answer)) terminal.note(errorText(answer, terminal));
      else {
        await terminal.line(listText(answer));
        const { next } = answer;
        if (next !== undefined) terminal.note(`\nMore: the same with --cursor ${plain(next)}`);
      }
      return exitOfReply(answer);
    });
  },
});

function filterOf(args: Filters): Omit<ListInput, 'op'> {
  const given = {
    // What is no state the daemon tells best.
    state: args.state?.flatMap((text) => text.split(',')) as ListInput['state'],
    stuck: args.stuck,
    groupId: args.key,
    node: args.node,
    olderThanMs: spanOf('older-than', args['older-than']),
    youngerThanMs: spanOf('younger-than', args['younger-than']),
    limit: limitOf(args.limit),
    cursor: args.cursor,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function spanOf(option: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : durationMs(option, text);
}

function limitOf(limit: number | undefined): number | undefined {
  if (Number.isNaN(limit)) throw new UsageError('--limit must be a number');
  return limit;
}

function listText({ commands }: ListAnswer): string {
  if (commands.length === 0) return 'No commands.';
  return table(
    [
      { title: 'accepted' },
      { title: 'op' },
      { title: 'key' },
      { title: 'outcome' },
      { title: 'took', align: 'right' },
      { title: 'id' },
    ],
    commands.map((one) => [
      one.acceptedAt ?? '',
      one.op,
      plain(one.groupId),
      outcomeText(one) + (one.stuck === true ? ', stuck' : ''),
      durationText(one.elapsedMs),
      plain(one.id),
    ]),
  );
}
