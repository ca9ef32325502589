import { isError, type LockstepClient } from '../../client/index.ts';
import type { CommandAnswer, ListAnswer } from '../../protocol/answer.ts';
import type { ErrorReply } from '../../protocol/errors.ts';
import type { ListInput } from '../../protocol/input/request-input.ts';
import { EXIT, exitOfReply, UsageError } from '../exit-code.ts';
import { wholeNumber } from '../input/number.ts';
import { FILTER, FILTER_OPTIONS, filterOf, given, pageOptions } from '../operate/filter.ts';
import { headline, isSettled } from '../output/answer-text.ts';
import { commandTable } from '../output/command-table.ts';
import { whileWaiting } from '../output/progress.ts';
import { print } from '../output/show.ts';
import { plain, type Terminal } from '../output/terminal.ts';
import { subcommand } from '../subcommand.ts';
import { Changes } from '../watch/changes.ts';
import { WATCH, watch } from '../watch/watch.ts';
import { withDaemon } from '../with-daemon.ts';

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
  ...WATCH,
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
    ['$0 list --open --watch', 'what is under way, until Ctrl-C'],
    ['$0 list --key 5 -o jsonl', 'the history of one record, a line each'],
  ],
  async run(args, terminal) {
    const page = { limit: limitOf(args.limit), cursor: args.cursor };
    const filter = { ...filterOf(args), ...openOnly(args), ...given(page) } as Omit<
      ListInput,
      'op'
    >;
    return withDaemon(args, terminal, async (client): Promise<number> => {
      const ask = async () => withNodes(client, await client.list(filter));
      if (args.watch === true) return watchList(ask, args.every, terminal);
      const answer = await whileWaiting(terminal, 'list: no answer yet', ask());
      const shown = {
        text: (one: ListAnswer) => listText(one, terminal),
        items: ({ commands }: ListAnswer) => commands,
        summary: summaryOf,
        ids: ({ commands }: ListAnswer) => commands.map(({ id }) => plain(id)),
        next: ({ next }: ListAnswer) => next,
      };
      await print(answer, shown, terminal);
      if (isError(answer) || answer.damaged === undefined) return exitOfReply(answer);
      if (!terminal.isJson) complainOf(answer.damaged, terminal);
      return EXIT.notDone;
    });
  },
});

function complainOf(damaged: NonNullable<ListAnswer['damaged']>, terminal: Terminal): void {
  for (const { id, message } of damaged) {
    terminal.complain(`lockstep: ${plain(id)} is damaged in the journal: ${plain(message)}`);
  }
  terminal.complain('  List all damage: lockstep journal check.');
}

function watchList(
  ask: () => Promise<ListAnswer | ErrorReply>,
  every: string | undefined,
  terminal: Terminal,
): Promise<number> {
  const seen = new Changes();
  const changeOf = (one: CommandAnswer) => {
    const text = `${headline(one, terminal)}, id ${plain(one.id)}`;
    return { text, value: one, id: plain(one.id) };
  };
  const watched = {
    title: 'lockstep list',
    every,
    ask,
    text: (answer: ListAnswer) => listText(answer, terminal),
    // The newest last, as in a log.
    changes: ({ commands }: ListAnswer) =>
      commands
        .filter((one) => seen.isNew(one.id, one))
        .reverse()
        .map(changeOf),
  };
  return watch(watched, terminal);
}

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

function summaryOf({ commands, next, damaged }: ListAnswer): object {
  const found = damaged === undefined ? {} : { damaged };
  const more = next === undefined ? found : { ...found, next };
  return { op: 'list', commands: commands.length, complete: next === undefined, ...more };
}

function listText({ commands }: ListAnswer, terminal: Terminal): string {
  return commands.length === 0 ? 'No commands.' : commandTable(commands, terminal);
}
