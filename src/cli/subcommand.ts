/**
 * One subcommand: its words, its options, and its work. program.ts passes all of them to yargs; the
 * files in subcommands/ each define one.
 */
import type { Argv, InferredOptionTypes, Options, PositionalOptions } from 'yargs';
import { ClientError, LockstepClient } from '../client/index.ts';
import { decode } from './input/arguments.ts';
import { durationMs } from './input/duration.ts';
import { endpointOf, nameFault } from './input/endpoint.ts';
import { identityOf } from './input/identity.ts';
import type { COMMON } from './input/options.ts';
import type { Terminal } from './output/terminal.ts';

const TIMEOUT_MS = 3000;

type Common = InferredOptionTypes<typeof COMMON>;
export type OptionTable = Readonly<Record<string, Options>>;
type PositionalTable = Readonly<Record<string, PositionalOptions>>;

export interface Definition<P extends PositionalTable, O extends OptionTable> {
  /** In the form of yargs: `create-one <id>`. */
  readonly usage: string;
  readonly describe: string;
  readonly positionals: P;
  readonly options: O;
  /** The command line, and its work. */
  readonly examples: readonly (readonly [string, string])[];
  run(
    args: InferredOptionTypes<P> & InferredOptionTypes<O> & Common,
    terminal: Terminal,
  ): Promise<number>;
}

export interface Host {
  readonly terminal: Terminal;
  finish(code: number): void;
}

/** A subcommand with its types erased. */
export interface Subcommand {
  readonly name: string;
  readonly options: OptionTable;
  /** In their order. */
  readonly positionals: PositionalTable;
  readonly usage: string;
  register(yargs: Argv, host: Host): void;
}

export function subcommand<P extends PositionalTable, O extends OptionTable>(
  definition: Definition<P, O>,
): Subcommand {
  const { usage, describe, positionals, options, examples } = definition;
  const build = (yargs: Argv) => {
    for (const [name, one] of Object.entries(positionals)) yargs.positional(name, one);
    for (const [line, what] of examples) yargs.example(line, what);
    return yargs.options(options);
  };
  return {
    name: usage.split(' ')[0] ?? usage,
    usage,
    options,
    positionals,
    register(yargs, host) {
      yargs.command(usage, describe, build, async (parsed) => {
        const args = Object.entries(parsed).map(([name, value]) => [name, decode(value)] as const);
        type Arguments = Parameters<typeof definition.run>[0];
        host.finish(await definition.run(Object.fromEntries(args) as Arguments, host.terminal));
      });
    },
  };
}

/** Runs a function with a daemon that has answered a ping, and closes the connection. */
export async function withDaemon<T>(
  args: {
    readonly endpoint: string | undefined;
    readonly timeout: string | undefined;
    readonly inFlightMax?: number;
    readonly 'key-file'?: string | undefined;
    readonly 'token-file'?: string | undefined;
  },
  work: (client: LockstepClient) => Promise<T>,
): Promise<T> {
  const identity = identityOf(args, process.env);
  const endpoint = args.endpoint ?? (await endpointOf(process.env, process.cwd()));
  const client = await LockstepClient.connect({
    endpoint,
    timeoutMs: args.timeout === undefined ? TIMEOUT_MS : durationMs('timeout', args.timeout),
    ...identity,
    ...(args.inFlightMax === undefined ? {} : { inFlightMax: args.inFlightMax }),
  }).catch(async (error: unknown) => {
    const isAway = error instanceof ClientError && error.code === 'unreachable';
    const message = isAway ? await nameFault(endpoint) : undefined;
    throw message === undefined ? error : new ClientError('unreachable', { message, endpoint });
  });
  try {
    return await work(client);
  } finally {
    client.close();
  }
}
