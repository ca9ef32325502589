/**
 * Completes the end of a line, one word a line, for the scripts of `lockstep completion`. No output
 * for a file or any text: the shell completes those better.
 */
import { ACT_KINDS } from '../../core/act.ts';
import { contextNames } from '../context/target.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { COMMON } from '../input/options.ts';
import { plain, type Terminal } from '../output/terminal.ts';
import type { OptionTable, Subcommand } from '../subcommand.ts';
import { type Chosen, commandIds, nodeNames } from './asked.ts';

/** The first argument of such a call; the words of the line follow, the last one unfinished. */
export const COMPLETE = '--complete';

const STATES = ['accepted', 'applying', 'compensating'].concat([
  'committed',
  'rolled_back',
  'refused',
  'abandoned',
]);

const TOPICS = [
  'command.',
  'breaker.',
  'thread.',
  'daemon.accepting',
  'lane.',
  'node.',
  'audit.finished',
  'act.',
];

const THREADS = ['main', 'coordinator', 'door', 'executor-1'];

/** Subcommands for open commands only. */
const ACTED_ON: ReadonlySet<string> = new Set(['retry', 'cancel', 'abandon', 'wait']);
const CHOOSING = ['endpoint', 'context', 'key-file', 'token-file'] as const;

export async function complete(
  subcommands: readonly Subcommand[],
  line: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  const { before, kept, typed } = readLine(line);
  const words = await candidatesFor(subcommands, before, typed);
  for (const word of words) {
    if (word.startsWith(typed)) await terminal.value(kept + plain(word));
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

/** Short forms of options that take a value. */
const SHORT: Readonly<Record<string, string>> = { '-o': '--output' };

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
  const line = { before, typed, subcommand: name };
  if (asked !== undefined) return valuesOf(asked, options[asked]?.choices, line);
  if (typed.startsWith('-')) return Object.keys(options).map((one) => `--${one}`);
  if (current === undefined) return subcommands.map((one) => one.name);
  const place = freeWords(before, options).length - 1;
  const positions = Object.entries(current.positionals);
  // The last one may be a list.
  const last = positions.at(-1);
  const [position, definition] = positions[place] ?? (last?.[1].array === true ? last : []);
  return position === undefined ? [] : valuesOf(position, definition?.choices, line);
}

/** The words that are neither options nor their values. */
function freeWords(words: readonly string[], options: OptionTable): readonly string[] {
  return words.filter(
    (word, at) => !word.startsWith('-') && takesValue(options, words[at - 1]) === undefined,
  );
}

/** The option that this word is, if a value has to follow. */
function takesValue(options: OptionTable, word: string | undefined): string | undefined {
  const long = SHORT[word ?? ''] ?? word;
  const option = isOption(long) ? (long ?? '').slice(2) : '';
  const isKnown = Object.hasOwn(options, option) && options[option]?.type !== 'boolean';
  return isKnown ? option : undefined;
}

interface Typing {
  readonly before: readonly string[];
  readonly typed: string;
  readonly subcommand: string | undefined;
}

async function valuesOf(
  name: string,
  choices: readonly unknown[] | string | undefined | true,
  { before, typed, subcommand }: Typing,
): Promise<readonly string[]> {
  if (Array.isArray(choices)) return choices.map(String);
  switch (name) {
    case 'state':
      return STATES;
    case 'act':
      return ACT_KINDS;
    case 'topics':
      return TOPICS;
    case 'context':
      return contextNames(process.env);
    case 'name':
      return subcommand === 'context' ? contextNames(process.env) : [];
    case 'node':
    case 'right':
      return nodeNames(chosenIn(before));
    case 'thread':
      return THREADS;
    case 'id':
    case 'ids':
    case 'on':
      // A new command gets a new id.
      if (subcommand === 'create-one' || subcommand === 'delete-one') return [];
      return commandIds(chosenIn(before), { isOpen: ACTED_ON.has(subcommand ?? ''), typed });
    default:
      return [];
  }
}

/** The options of the line that choose the daemon. */
function chosenIn(line: readonly string[]): Chosen {
  const found = CHOOSING.flatMap((option) => {
    const value = line[line.lastIndexOf(`--${option}`) + 1];
    return line.includes(`--${option}`) && value !== undefined ? [[option, value] as const] : [];
  });
  return Object.fromEntries(found);
}
