/** The options that subcommands share, and their meaning in a request. */
import type { Options } from 'yargs';
import {
  type CommandFields,
  DEFAULT_ENDPOINT,
  DEFAULT_EVENTS_ENDPOINT,
} from '../../client/index.ts';
import { FORMATS } from '../output/format.ts';
import { durationMs } from './duration.ts';
import { IDENTITY } from './identity.ts';

export const GENERAL = 'General:';

/** On every subcommand. */
export const COMMON = {
  endpoint: {
    type: 'string',
    requiresArg: true,
    describe: 'Address of the daemon, or several with commas (environment: LOCKSTEP_ENDPOINT)',
    defaultDescription: DEFAULT_ENDPOINT,
    group: GENERAL,
  },
  context: {
    type: 'string',
    requiresArg: true,
    describe: 'Name of the daemon, see lockstep context (environment: LOCKSTEP_CONTEXT)',
    defaultDescription: 'the current one',
    group: GENERAL,
  },
  timeout: {
    type: 'string',
    requiresArg: true,
    describe: 'How long to look for the daemon (500ms, 3s)',
    defaultDescription: '3s',
    group: GENERAL,
  },
  'key-file': { ...IDENTITY['key-file'], group: GENERAL },
  'token-file': { ...IDENTITY['token-file'], group: GENERAL },
  output: {
    choices: FORMATS,
    alias: 'o',
    requiresArg: true,
    describe:
      'Form of the output: wide leaves nothing out; jsonl is one line an item, then a summary',
    defaultDescription: 'table',
    group: GENERAL,
  },
  json: { type: 'boolean', describe: 'The same as -o json', group: GENERAL },
  quiet: {
    type: 'boolean',
    alias: 'q',
    describe: 'On stdout only ids, one a line, and on stderr only errors',
    group: GENERAL,
  },
} as const satisfies Record<string, Options>;

/** On subcommands that need the address of events. */
export const EVENTS_ENDPOINT = {
  'events-endpoint': {
    type: 'string',
    requiresArg: true,
    describe: 'Address of the events of the daemon (environment: LOCKSTEP_EVENTS_ENDPOINT)',
    defaultDescription: DEFAULT_EVENTS_ENDPOINT,
  },
} as const satisfies Record<string, Options>;

/** On subcommands that read the daemon's own settings. */
export const CONFIG = {
  config: {
    type: 'string',
    requiresArg: true,
    describe: 'The configuration file of the daemon (environment: LOCKSTEP_CONFIG)',
  },
} as const satisfies Record<string, Options>;

const COMMAND = 'Command:';

/** On subcommands that create or delete. */
export const COMMAND_OPTIONS = {
  ensure: {
    type: 'boolean',
    describe: 'Also act on a key that only some nodes hold, instead of refusing',
    group: COMMAND,
  },
  deadline: {
    type: 'string',
    requiresArg: true,
    describe: 'Roll back a command that is not committed by then (30s, 2m)',
    defaultDescription: '30s',
    group: COMMAND,
  },
  'dry-run': {
    type: 'boolean',
    describe: 'Only read every node, and show what would be done',
    group: COMMAND,
  },
  wait: {
    choices: ['settled', 'accepted'],
    default: 'settled',
    requiresArg: true,
    describe: 'Wait for the outcome, or only until the daemon has accepted the command',
    group: COMMAND,
  },
} as const satisfies Record<string, Options>;

/** A lane, with another default for single commands than for bulk. */
export const lane = (usual: 'interactive' | 'bulk') =>
  ({
    choices: ['interactive', 'bulk'],
    default: usual,
    requiresArg: true,
    describe: 'Queue of the daemon for this command',
    group: COMMAND,
  }) as const satisfies Options;

/** What to do if a node is known to be down, with another default for bulk. */
export const ifUnavailable = (usual: 'reject' | 'wait') =>
  ({
    choices: ['reject', 'wait'],
    default: usual,
    requiresArg: true,
    describe: 'When a node is known to be down: fail at once, or wait for it',
    group: COMMAND,
  }) as const satisfies Options;

interface CommandArguments {
  readonly ensure: boolean | undefined;
  readonly deadline: string | undefined;
  readonly wait: Waiting['wait'];
  readonly lane: 'interactive' | 'bulk';
  readonly 'if-unavailable': 'reject' | 'wait';
}

/** The same, as fields of a request. */
export function commandFields(args: CommandArguments): CommandFields & Waiting {
  return {
    ensure: args.ensure === true,
    wait: args.wait,
    lane: args.lane,
    ifUnavailable: args['if-unavailable'],
    ...(args.deadline === undefined ? {} : { deadlineMs: durationMs('deadline', args.deadline) }),
  };
}

/** The state that the caller waits for. */
export interface Waiting {
  readonly wait: 'settled' | 'accepted';
}
