/**
 * Completes the end of a line, one word a line, for the scripts of `lockstep completion`. No output
 * for a file or any text: the shell completes those better.
 */
import { isError } from '../../client/index.ts';
import { ACT_KINDS } from '../../core/act.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { isFault } from '../fault.ts';
import { plain, type Terminal } from '../output/terminal.ts';
import { type OptionTable, type Subcommand, withDaemon } from '../subcommand.ts';
import { COMMON } from './options.ts';

/** The first argument of such a call; the words of the line follow, the last one unfinished. */
export const COMPLETE = '--complete';
/** Longest wait for the names of nodes. */
const ASK_MS = '500ms';

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
  const { before, kept, typed } = readLine(line);
  const words = await candidatesFor(subcommands, before, typed);
  for (const word of words) {
    if (word.startsWith(typed)) await terminal.line(kept + plain(word));
  }
  return EXIT.done;
}

interface Line {
  readonly before: readonly string[];
  /** Stands before the typed part in the same word, and stays: `--state=accepted,`. */
  readonly kept: string;
  readonly typed: string;
}

/** `--state=c` as `--state c`; bash splits it into three words, and wants the last one alone. */
function readLine(line: readonly string[]): Line {
  const words = line.filter((word, at) => word !== '=' || !isOption(line[at - 1]));
  const isSplit = words.length < line.length;
  // `--state=` with nothing behind it: the sign was the last word.
  if (line.at(-1) === '=' && isSplit) words.push('');
  const before = words.slice(0, -1).flatMap(parted);
  const last = words.at(-1) ?? '';
  const [typed = '', ...option] = parted(last).reverse();
  const list = /^.*,/.exec(typed)?.[0] ?? '';
  const kept = option.map((one) => `${one}=`).join('') + list;
  return { before: [...before, ...option], kept, typed: typed.slice(list.length) };
}

/** An option and its value, or the word as it is. */
function parted(word: string): string[] {
  const { option, value } = /^(?<option>--[^=]+)=(?<value>.*)$/s.exec(word)?.groups ?? {};
  return option === undefined || value === undefined ? [word] : [option, value];
}

function isOption(word: string | undefined): boolean {
  return word?.startsWith('--') === true && word !== '--';
}

async function candidatesFor(
  subcommands: readonly Subcommand[],
  before: readonly string[],
  typed: string,
): Promise<readonly string[]> {
  const name = freeWords(before, COMMON)[0];
  const current = subcommands.find((one) => one.name === name);
  if (name !== undefined && current === undefined) return [];
  const options: OptionTable = { ...COMMON, ...current?.options };
  const asked = takesValue(options, before.at(-1));
  if (asked !== undefined) return valuesOf(asked, options[asked]?.choices, before);
  if (typed.startsWith('-')) return Object.keys(options).map((one) => `--${one}`);
  if (current === undefined) return subcommands.map((one) => one.name);
  const place = freeWords(before, options).length - 1;
  const [position, definition] = Object.entries(current.positionals)[place] ?? [];
  return position === undefined ? [] : valuesOf(position, definition?.choices, before);
}

/** The words that are neither options nor their values. */
function freeWords(words: readonly string[], options: OptionTable): readonly string[] {
  return words.filter(
    (word, at) => !word.startsWith('-') && takesValue(options, words[at - 1]) === undefined,
  );
}

/** The option that this word is, if a value has to follow. */
function takesValue(options: OptionTable, word: string | undefined): string | undefined {
  const option = isOption(word) ? (word ?? '').slice(2) : '';
  const isKnown = Object.hasOwn(options, option) && options[option]?.type !== 'boolean';
  return isKnown ? option : undefined;
}

async function valuesOf(
  name: string,
  choices: readonly unknown[] | string | undefined | true,
  line: readonly string[],
): Promise<readonly string[]> {
  if (Array.isArray(choices)) return choices.map(String);
  if (name === 'state') return STATES;
  if (name === 'act') return ACT_KINDS;
  return name === 'node' ? nodeNames(endpointIn(line)) : [];
}

function endpointIn(line: readonly string[]): string | undefined {
  const at = line.indexOf('--endpoint');
  return at === -1 ? undefined : line[at + 1];
}

/** None if no daemon answers: completion is no place for an error. */
async function nodeNames(endpoint: string | undefined): Promise<readonly string[]> {
  try {
    const answer = await withDaemon({ endpoint, timeout: ASK_MS }, (client) => client.breakers());
    return isError(answer) ? [] : Object.keys(answer.breakers);
  } catch (error) {
    if (isFault(error)) return [];
    throw error;
  }
}
