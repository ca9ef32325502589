/**
 * What may stand at the end of a line that is being typed, a word a line: what the scripts of
 * `lockstep completion` ask for. Nothing where it is a file, or any text: the shell knows better.
 */
import { isError } from '../client/index.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { isFault } from './fault.ts';
import { COMMON } from './options.ts';
import { type OptionTable, type Subcommand, withDaemon } from './subcommand.ts';
import { plain, type Terminal } from './terminal.ts';

/** The first argument that asks for it; the words of the line follow, the last one unfinished. */
export const COMPLETE = '--complete';
/** Nobody waits longer for the names of nodes. */
const ASK_MS = '500';

const STATES = ['accepted', 'applying', 'compensating'].concat([
  'committed',
  'rolled_back',
  'refused',
  'abandoned',
]);

export async function complete(
  subcommands: readonly Subcommand[],
  line: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  const typed = line.at(-1) ?? '';
  const words = await wordsFor(subcommands, line.slice(0, -1), typed);
  for (const word of words) if (word.startsWith(typed)) await terminal.line(plain(word));
  return EXIT.done;
}

async function wordsFor(
  subcommands: readonly Subcommand[],
  before: readonly string[],
  typed: string,
): Promise<readonly string[]> {
  const [name, ...rest] = before;
  if (name === undefined) return subcommands.map((one) => one.name);
  const current = subcommands.find((one) => one.name === name);
  if (current === undefined) return [];
  const options: OptionTable = { ...COMMON, ...current.options };
  const option = /^--(.+)$/.exec(rest.at(-1) ?? '')?.[1] ?? '';
  const asked = Object.hasOwn(options, option) ? options[option] : undefined;
  if (asked !== undefined && asked.type !== 'boolean') return valuesOf(option, asked.choices);
  if (typed.startsWith('-')) return Object.keys(options).map((one) => `--${one}`);
  const [position, definition] = Object.entries(current.positionals)[countOf(rest)] ?? [];
  return position === undefined ? [] : valuesOf(position, definition?.choices);
}

/** How many words are neither options nor their values, as far as that can be seen. */
function countOf(words: readonly string[]): number {
  return words.filter((word, at) => !word.startsWith('-') && !words[at - 1]?.startsWith('--'))
    .length;
}

async function valuesOf(
  name: string,
  choices: readonly unknown[] | string | undefined | true,
): Promise<readonly string[]> {
  if (Array.isArray(choices)) return choices.map(String);
  if (name === 'state') return STATES;
  return name === 'node' ? nodeNames() : [];
}

/** None if no daemon answers: a shell is no place to tell that. */
async function nodeNames(): Promise<readonly string[]> {
  try {
    const answer = await withDaemon({ endpoint: undefined, timeout: ASK_MS }, (client) =>
      client.breakers(),
    );
    return isError(answer) ? [] : Object.keys(answer.breakers);
  } catch (error) {
    if (isFault(error)) return [];
    throw error;
  }
}
