/** `lockstep acts`: what operators did, newest first. */
import { ACT_KINDS, ACT_OUTCOMES } from '../../core/act.ts';
import type { ActsAnswer } from '../../protocol/act.ts';
import type { ActsInput } from '../../protocol/input/request-input.ts';
import { fullId } from '../input/full-id.ts';
import { wholeNumber } from '../input/number.ts';
import { FILTER, given, pageOptions, spanOf } from '../operate/filter.ts';
import { actTable } from '../output/acts-text.ts';
import { show } from '../output/show.ts';
import { subcommand } from '../subcommand.ts';
import { withDaemon } from '../with-daemon.ts';

const LIMIT_MAX = 1000;

const OPTIONS = {
  act: {
    type: 'string',
    array: true,
    requiresArg: true,
    describe: `Only these acts, as --act cancel,abandon: ${ACT_KINDS.join(', ')}`,
    group: FILTER,
  },
  who: {
    type: 'string',
    requiresArg: true,
    describe: 'Only acts of the operator with this name',
    group: FILTER,
  },
  on: {
    type: 'string',
    requiresArg: true,
    describe: 'Only acts on this command (its id), node or lane',
    group: FILTER,
  },
  outcome: {
    choices: ACT_OUTCOMES,
    requiresArg: true,
    describe: 'Only acts that were done, were refused, or have no known end',
    group: FILTER,
  },
  'older-than': {
    type: 'string',
    requiresArg: true,
    describe: 'Only acts that began at least this long ago (90s, 2h)',
    group: FILTER,
  },
  'younger-than': {
    type: 'string',
    requiresArg: true,
    describe: 'Only acts that began at most this long ago',
    group: FILTER,
  },
  ...pageOptions('Acts', LIMIT_MAX),
} as const;

export const acts = subcommand({
  usage: 'acts',
  describe: 'List what operators did: who, when, on what, with which outcome',
  positionals: {},
  options: OPTIONS,
  examples: [
    ['$0 acts --younger-than 1d', 'the acts of the last day, newest first'],
    ['$0 acts --on order-17', 'who acted on this command'],
    ['$0 acts --act cancel,abandon --who ann@bastion', 'what ann cancelled or gave up'],
    ['$0 acts --outcome unfinished', 'acts whose end is not known'],
  ],
  async run(args, terminal) {
    const { who, outcome, cursor } = args;
    const filter = given({
      act: args.act?.flatMap((text) => text.split(',')),
      who,
      outcome,
      olderThanMs: spanOf('older-than', args['older-than']),
      youngerThanMs: spanOf('younger-than', args['younger-than']),
      limit: args.limit === undefined ? undefined : wholeNumber('limit', args.limit, LIMIT_MAX),
      cursor,
    }) as Omit<ActsInput, 'op'>;
    return withDaemon(args, terminal, async (client) => {
      const on = args.on === undefined ? {} : { on: await fullId(client, args.on) };
      const asked = client.send({ op: 'acts', ...filter, ...on });
      const shown = {
        title: 'acts: no answer yet',
        text: (answer: ActsAnswer) =>
          answer.acts.length === 0 ? 'No acts.' : actTable(answer.acts, terminal),
        items: (answer: ActsAnswer) => answer.acts,
        summary: summaryOf,
        ids: (answer: ActsAnswer) => answer.acts.map(({ number }) => String(number)),
        next: ({ next }: ActsAnswer) => next,
      };
      return show(asked, shown, terminal);
    });
  },
});

function summaryOf({ acts: shown, next }: ActsAnswer): object {
  const more = next === undefined ? {} : { next };
  return { op: 'acts', acts: shown.length, complete: next === undefined, ...more };
}
