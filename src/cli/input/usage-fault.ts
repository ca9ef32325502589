/** yargs' complaints, reworded so that the reader knows the right command. */
import { nearest } from '../../base/nearest.ts';

interface Known {
  readonly subcommands: readonly { readonly name: string; readonly usage: string }[];
  readonly optionNames: readonly string[];
  /** Of the current subcommand. */
  readonly positionals: readonly string[];
  /** The subcommand that was typed, if it is one. */
  readonly current: string | undefined;
}

export function usageFault(message: string, known: Known): string {
  const unknown = /^Unknown (?<what>argument|command)s?: (?<names>.+)$/s.exec(message)?.groups;
  if (unknown?.['what'] === 'argument') return unknownOptions(unknown['names'] ?? '', known);
  if (unknown?.['what'] === 'command') return unknownCommand(unknown['names'] ?? '', known);
  const wanting = /^Not enough arguments following: (?<name>.+)$/.exec(message)?.groups?.['name'];
  if (wanting !== undefined) return `--${wanting} needs a value`;
  const usage = known.subcommands.find(({ name }) => name === known.current)?.usage;
  if (message.startsWith('Not enough non-option arguments') && usage !== undefined) {
    return `an argument is missing: lockstep ${usage}`;
  }
  const choice = /Argument: (?<name>\S+), Given: (?<given>.+), Choices: (?<all>.+)$/s.exec(message);
  const { name, given = '', all = '' } = choice?.groups ?? {};
  if (name === undefined) return message;
  const what = known.positionals.includes(name) ? name : `--${name}`;
  const words = [...all.matchAll(/"([^"]*)"/g)].map(([, word = '']) => word);
  const near = nearest(given.replaceAll('"', ''), words);
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  return `${what} must be one of ${all}, not ${given}${hint}`;
}

function unknownOptions(names: string, { optionNames }: Known): string {
  const [first = ''] = names.split(', ');
  const dashes = first.length === 1 ? '-' : '--';
  const near = nearest(first, optionNames);
  const hint = near === undefined ? '' : `; did you mean --${near}?`;
  return `unknown option ${dashes}${first}${hint}`;
}

function unknownCommand(words: string, { subcommands, current }: Known): string {
  const [typed = ''] = words.split(', ');
  const usage = subcommands.find(({ name }) => name === current)?.usage;
  if (usage !== undefined) return `unexpected argument "${typed}": lockstep ${usage}`;
  const names = subcommands.map(({ name }) => name);
  const near = nearest(typed, names);
  return near === undefined
    ? `unknown command "${typed}"; known are ${names.join(', ')}`
    : `unknown command "${typed}"; did you mean ${near}?`;
}
