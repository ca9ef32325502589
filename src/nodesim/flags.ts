/** The command line of nodesim. Values stay texts here; settings.ts reads them. */
import yargs from 'yargs';
import { nearest } from '../base/nearest.ts';
import { type Flags, SOURCES } from './settings.ts';

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  port: 'the shared port; the nodes take the next ones; 0 looks for free ones [7400]',
  host: 'the address to listen on [127.0.0.1]',
  nodes: 'names of the nodes, separated by commas [node01,node02,node03]',
  data: 'where the records are kept [<LOCKSTEP_DATA_DIR or ./data>/nodesim]',
  'random-behavior': 'probability with which a /group call fails, 0 to 1 [0]',
  seed: 'makes the faults repeatable [random]',
  'show-tokens': 'reads show the timestamp of a record [false]',
  'delete-missing': 'status of a challenge delete of what is not there: 404, 200, 204, 400 [404]',
  'log-level': 'error, info or debug [info]',
  'remote-controls': 'other machines may use /_sim [false]',
  attached: 'end when standard input ends [false]',
};

const BOOLEANS = ['show-tokens', 'remote-controls', 'attached'];

export type CommandLine =
  | { readonly kind: 'run'; readonly flags: Flags }
  /** The text of `--help`, if it was asked for. */
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'wrong'; readonly message: string };

export function readCommandLine(args: readonly string[]): CommandLine {
  let line: CommandLine | undefined;
  const parser = describeFlags(yargs([]));
  const parsed = parser.parse([...args], {}, (error, _values, output) => {
    if (error) line = { kind: 'wrong', message: mend(error.message) };
    else if (output !== '') line = { kind: 'help', text: output };
  });
  if (line !== undefined) return line;
  const values = parsed as Readonly<Record<string, unknown>>;
  const flags: Record<string, string> = {};
  for (const flag of Object.keys(DESCRIPTIONS)) {
    const value = values[flag];
    if (Array.isArray(value)) return { kind: 'wrong', message: `--${flag} is given twice` };
    if (typeof value === 'string' || typeof value === 'boolean') flags[flag] = String(value);
  }
  return { kind: 'run', flags };
}

function describeFlags(parser: ReturnType<typeof yargs>): ReturnType<typeof yargs> {
  parser
    .scriptName('nodesim')
    .usage('$0 [options]\n\nServes a simulated cluster of unreliable nodes; see docs/node-api.md.')
    .example('$0', 'three nodes on ports 7401 to 7403, all of them on 7400')
    .example('$0 --random-behavior 0.2 --seed 7', 'every fifth call fails, the same ones each time')
    .example('$0 --nodes a,b --port 0 --data /tmp/sim', 'two nodes on free ports')
    .epilogue('Each option can be set by environment too:\n  '.concat(variables()))
    .strict()
    .version(false)
    .help()
    .wrap(100);
  for (const [flag, description] of Object.entries(DESCRIPTIONS)) {
    const type = BOOLEANS.includes(flag) ? 'boolean' : 'string';
    parser.option(flag, { type, describe: description, requiresArg: type === 'string' });
  }
  return parser;
}

function variables(): string {
  const pairs = Object.values(SOURCES).flatMap(({ flag, variable }) =>
    flag === undefined ? [] : [`--${flag}: ${variable}`],
  );
  return pairs.join('\n  ');
}

/** yargs names the unknown flag; this adds the nearest known one. */
function mend(message: string): string {
  const unknown = /^Unknown arguments?: ([^,]+)/.exec(message)?.[1];
  const near = unknown === undefined ? undefined : nearest(unknown, Object.keys(DESCRIPTIONS));
  return near === undefined ? message : `${message}; did you mean --${near}?`;
}
