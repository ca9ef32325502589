/** The commands that a page has its reader type, and a reader who types them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuiltCopy } from './built-copy.ts';

const ROOT = join(import.meta.dirname, '../..');
const END = '=== end';

export interface Typed {
  readonly command: string;
  readonly code: number;
  readonly stdout: string;
}

/**
 * The lines of the blocks of shell, in their order, without comments.
 *
 * @param kind only blocks with this word behind `sh`
 */
export function commandsOf(path: string, kind?: string): readonly string[] {
  const page = readFileSync(join(ROOT, path), 'utf8');
  const fence = /^ *```sh ?(\w*)\n(.*?)^ *```$/gms;
  return [...page.matchAll(fence)]
    .filter(([, word]) => kind === undefined || word === kind)
    .flatMap(([, , text = '']) => text.split('\n'))
    .map((line) => line.replace(/(^| )\s*#.*/, '').trim())
    .filter((line) => line !== '');
}

/**
 * Types the commands one after the other into one shell in the folder of the copy, whatever their exit codes.
 *
 * @param instead what is done in place of a command
 */
export async function typeAll(
  copy: BuiltCopy,
  commands: readonly string[],
  {
    instead = {},
    env = {},
  }: {
    readonly instead?: Readonly<Record<string, string>>;
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<readonly Typed[]> {
  const script = commands
    .map((command) => `${instead[command] ?? command} 2>&1\nprintf '\\n%s %s\\n' '${END}' $?\n`)
    .join('');
  const { stdout } = await copy.run(['sh', '-c', script], env);
  const parts = stdout.split(new RegExp(`\n${END} (\\d+)\n`));
  return commands.map((command, index) => ({
    command,
    code: Number(parts[2 * index + 1]),
    stdout: parts[2 * index] ?? '',
  }));
}
