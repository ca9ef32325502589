/**
 * One subcommand: its words, its options, and its work. program.ts passes all of them to yargs; the
 * files in subcommands/ each define one.
 */
import type { Argv, InferredOptionTypes, Options, PositionalOptions } from 'yargs';
import { EXIT } from './exit-code.ts';
import { decode } from './input/arguments.ts';
import type { COMMON } from './input/options.ts';
import { outputOf } from './output/format.ts';
import type { Terminal } from './output/terminal.ts';

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
        const given = Object.fromEntries(args) as Arguments;
        const { terminal } = host;
        terminal.use(outputOf(given));
        const code = await definition.run({ ...given, json: terminal.isJson }, terminal);
        await terminal.endLines({
          op: definition.usage.split(' ')[0],
          complete: code === EXIT.done,
        });
        host.finish(code);
      });
    },
  };
}
