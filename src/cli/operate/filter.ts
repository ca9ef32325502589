/** The options by which subcommands select commands, and their meaning in a request. */
import type { Options } from 'yargs';
import { durationMs } from '../input/duration.ts';

export const FILTER = 'Filter:';

/** The options of a list in pages. @param what is listed, for the help */
export function pageOptions(what: string, limitMax: number) {
  return {
    limit: {
      type: 'string',
      requiresArg: true,
      describe: `${what} on a page, 1 to ${limitMax}`,
      defaultDescription: '100',
      group: FILTER,
    },
    cursor: {
      type: 'string',
      requiresArg: true,
      describe: 'Continue after the previous page',
      group: FILTER,
    },
  } as const;
}

export const FILTER_OPTIONS = {
  state: {
    type: 'string',
    array: true,
    requiresArg: true,
    describe: 'Only these states, as --state accepted,applying',
    group: FILTER,
  },
  stuck: { type: 'boolean', describe: 'Only stuck commands', group: FILTER },
  parked: {
    type: 'boolean',
    describe: 'Only parked commands, which crashed the daemon',
    group: FILTER,
  },
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
  lane: {
    choices: ['interactive', 'bulk'],
    requiresArg: true,
    describe: 'Only commands of this lane',
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
} as const satisfies Record<string, Options>;

export interface FilterArguments {
  readonly state: readonly string[] | undefined;
  readonly stuck: boolean | undefined;
  readonly parked: boolean | undefined;
  readonly key: string | undefined;
  readonly node: string | undefined;
  readonly lane: string | undefined;
  readonly 'older-than': string | undefined;
  readonly 'younger-than': string | undefined;
}

/** The fields of a request; the daemon itself reports an unknown state best. */
export function filterOf(args: FilterArguments): Readonly<Record<string, unknown>> {
  return given({
    state: args.state?.flatMap((text) => text.split(',')),
    stuck: args.stuck,
    parked: args.parked,
    groupId: args.key,
    node: args.node,
    lane: args.lane,
    olderThanMs: spanOf('older-than', args['older-than']),
    youngerThanMs: spanOf('younger-than', args['younger-than']),
  });
}

/** Without absent options. */
export function given(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

export function spanOf(option: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : durationMs(option, text);
}
