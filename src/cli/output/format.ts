/** The forms of output: `-o table`, `wide`, `json` or `jsonl`; `--json` is short for `-o json`. */
import { UsageError } from '../exit-code.ts';

export const FORMATS = ['table', 'wide', 'json', 'jsonl'] as const;
export type Format = (typeof FORMATS)[number];

export interface Output {
  readonly format: Format;
  /** Only results that a script needs, and errors. */
  readonly quiet: boolean;
}

interface OutputArguments {
  readonly output?: Format | undefined;
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
}

/** @throws UsageError if `--json` and another `--output` are given */
export function outputOf({ output, json, quiet }: OutputArguments): Output {
  if (json === true && output !== undefined && output !== 'json') {
    throw new UsageError(`--json cannot be combined with --output ${output}`);
  }
  return { format: output ?? (json === true ? 'json' : 'table'), quiet: quiet === true };
}

const LONG = /^(?:--output|-o)(?:=(?<value>.*))?$/s;

/** Of a line that is not parsed yet: its faults are shown in this format, too. */
export function outputIn(argv: readonly string[]): Output {
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  let format: Format = words.includes('--json') ? 'json' : 'table';
  for (const [at, word] of words.entries()) {
    const long = LONG.exec(word);
    const value = long === null ? /^-o(\w+)$/.exec(word)?.[1] : long.groups?.['value'];
    format = formatNamed(long !== null && value === undefined ? words[at + 1] : value) ?? format;
  }
  return { format, quiet: words.includes('--quiet') || words.includes('-q') };
}

function formatNamed(text: string | undefined): Format | undefined {
  return FORMATS.find((one) => one === text);
}
