/** What the bench is told on its command line. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const PROJECT = join(import.meta.dirname, '../..');
const HOME = join(PROJECT, 'data/bench');

export const USAGE = `\
npm run bench [-- commands] [options]

  --rounds 3            how often each contender runs at each load
  --seconds 3           how long one run is measured
  --warm-up 0.5         seconds before that, which do not count
  --in-flight 1,64,256  commands in flight: the loads
  --dir DIR             where the journal lies for the time of the bench (data/bench)
  --json FILE           where all figures go (data/bench/commands.json)
  --against CHECKOUT    measures the daemon of another checkout in the same run
  --profile DIR         writes a CPU profile of each thread there (the figures suffer)
`;

export interface Options {
  readonly rounds: number;
  readonly levels: readonly number[];
  readonly warmUpMs: number;
  readonly measureMs: number;
  readonly dir: string;
  readonly json: string;
  /** Of each daemon under measurement: its name in the figures, and its checkout. */
  readonly daemons: readonly (readonly [name: string, checkout: string])[];
  readonly profile: string | undefined;
}

/** @throws with what is wrong, in words */
export function readOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '3' },
      'warm-up': { type: 'string', default: '0.5' },
      'in-flight': { type: 'string', default: '1,64,256' },
      dir: { type: 'string', default: HOME },
      json: { type: 'string', default: join(HOME, 'commands.json') },
      against: { type: 'string' },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const own = ['lockstep', PROJECT] as const;
  return {
    rounds: whole(values.rounds, 'rounds'),
    levels: values['in-flight'].split(',').map((text) => whole(text, 'in-flight')),
    warmUpMs: above0(values['warm-up'], 'warm-up') * 1000,
    measureMs: above0(values.seconds, 'seconds') * 1000,
    dir: values.dir,
    json: values.json,
    daemons: values.against === undefined ? [own] : [own, ['against', values.against]],
    profile: values.profile,
  };
}

function above0(text: string, option: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Error(`--${option} must be a number above 0, not '${text}'`);
}

function whole(text: string, option: string): number {
  const value = above0(text, option);
  if (Number.isInteger(value)) return value;
  throw new Error(`--${option} must be a whole number, not '${text}'`);
}
