/** The options of a bench on its command line. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const HOME = join(import.meta.dirname, '../../data/bench');

/** The options of a bench. */
export interface Choices<Size> {
  readonly name: string;
  /** The size at which its goals hold, by option. */
  readonly full: Size;
  /** A small size, for a check that it runs. */
  readonly small: Size;
  /** Other options, by name, each with its meaning. */
  readonly options?: Readonly<Record<string, string>>;
}

export interface Options<Size = Readonly<Record<string, number>>> {
  readonly size: Size;
  readonly dir: string;
  readonly json: string;
  readonly given: Readonly<Record<string, string | undefined>>;
}

export function usageOf<Size extends Readonly<Record<string, number>>>(
  bench: Choices<Size>,
): string {
  const { name, full, options = {} } = bench;
  const lines = [
    ...Object.entries(full).map(([key, value]) => [`--${key} ${value}`, '']),
    ...Object.entries(options).map(([key, text]) => [`--${key}`, text]),
    ['--small', 'a tiny size, only to see that it runs'],
    ['--dir DIR', `where the journal lies for the time of the bench (data/bench)`],
    ['--json FILE', `where all figures go (data/bench/${name}.json)`],
  ];
  const text = lines.map(([option = '', meaning]) => `  ${option.padEnd(22)} ${meaning}`.trimEnd());
  return `npm run bench -- ${name} [options]\n\n${text.join('\n')}\n`;
}

/** @throws Error with the wrong option and its valid values */
export function readOptions<Size extends Readonly<Record<string, number>>>(
  { name, full, small, options = {} }: Choices<Size>,
  args: readonly string[],
): Options<Size> | 'help' {
  const texts = [...Object.keys(full), ...Object.keys(options), 'dir', 'json'];
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...Object.fromEntries(texts.map((key) => [key, { type: 'string' as const }])),
      small: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values['help']) return 'help';
  const given = values as Readonly<Record<string, string | undefined>>;
  const size: Record<string, number> = { ...(values['small'] ? small : full) };
  for (const key of Object.keys(full)) {
    if (given[key] !== undefined) size[key] = above0(given[key], key);
  }
  const json = given['json'] ?? join(HOME, `${name}.json`);
  return { size: size as Size, given, json, dir: given['dir'] ?? HOME };
}

function above0(text: string, option: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Error(`--${option} must be a number above 0, not '${text}'`);
}
