/**
 * Keys are any text, and yargs reads some of it as its own: `-` becomes the empty string, and words
 * behind `--` are no positionals. Such words are marked before yargs sees them (with NUL, which no
 * argument can hold) and unmarked after.
 */
const MARK = '\0';

export function encode(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  const texts = end === -1 ? [] : argv.slice(end + 1);
  return [
    ...words.flatMap((word) => (word === '-' ? MARK + word : parted(word))),
    ...texts.map((text) => MARK + text),
  ];
}

/** `-ojson` as `-o json`: yargs takes it for five options. */
function parted(word: string): readonly string[] {
  const format = /^-o=?(?<format>\w+)$/.exec(word)?.groups?.['format'];
  return format === undefined ? [word] : ['-o', format];
}

/** One word, several, or whatever else an argument may be. */
export function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  return typeof value === 'string' ? decodeArgument(value) : value;
}

function decodeArgument(word: string): string {
  return word.startsWith(MARK) ? word.slice(MARK.length) : word;
}
