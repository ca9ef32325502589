/** Which keys a bulk command is about: a range, a file, or stdin. */
import { constants, createReadStream, type ReadStream } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { UsageError } from './exit-code.ts';
import { NEWLINE, readLines } from './lines.ts';

export const USUAL_RANGE = '0..99';

/** A key to work on, or a line that can't be one. */
export type KeyItem = { readonly key: string } | { readonly fault: string };

export interface KeySource {
  /** How many, or where from: `100`, `stdin`. */
  readonly label: string;
  /** Undefined if it can't be known before. */
  readonly total: number | undefined;
  /** Reads on only as it is asked; ends early once `stop` is aborted. */
  items(stop: AbortSignal): AsyncIterable<KeyItem>;
}

/** @throws UsageError if it is none of the three. */
export async function keySource(what: string): Promise<KeySource> {
  if (what === '-') return stdinSource();
  const range = /^(?<from>\d+)(\.\.(?<to>\d+))?$/.exec(what)?.groups;
  if (range !== undefined) {
    const { from = '', to = from } = range;
    return rangeSource(from, to);
  }
  if (/^-?\d+\.{2,}-?\d*$/.test(what)) {
    throw new UsageError(`"${what}" is not a range; write it like ${USUAL_RANGE}`);
  }
  return fileSource(what);
}

function rangeSource(from: string, to: string): KeySource {
  const [first, last] = [Number(from), Number(to)];
  if (!Number.isSafeInteger(last) || !Number.isSafeInteger(first)) {
    throw new UsageError(`the range ${from}..${to} is beyond ${Number.MAX_SAFE_INTEGER}`);
  }
  if (first > last) {
    throw new UsageError(`the range ${from}..${to} is empty; did you mean ${to}..${from}?`);
  }
  // As in a shell, 001..100 is padded.
  const digits = from.startsWith('0') ? from.length : 0;
  const total = last - first + 1;
  async function* items(): AsyncGenerator<KeyItem, void> {
    for (let key = first; key <= last; key++) yield { key: String(key).padStart(digits, '0') };
  }
  return { label: String(total), total, items };
}

function stdinSource(): KeySource {
  return { label: 'stdin', total: undefined, items: (stop) => keysOf(process.stdin, stop) };
}

async function fileSource(path: string): Promise<KeySource> {
  try {
    await access(path, constants.R_OK);
    const stats = await stat(path);
    if (stats.isDirectory()) throw new UsageError(`${path} is a directory, not a file of keys`);
    const total = stats.isFile() ? await countLines(path) : undefined;
    const items = (stop: AbortSignal) => keysOf(createReadStream(path), stop);
    return { label: String(total ?? path), total, items };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file, and it is no range' : String(code);
    throw new UsageError(`cannot read "${path}": ${why} (a range is written like ${USUAL_RANGE})`, {
      cause: error,
    });
  }
}

/** Lines that are not blank. */
async function countLines(path: string): Promise<number> {
  let count = 0;
  let blank = true;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      if (!blank || end > from) count += 1;
      blank = true;
      from = end + 1;
    }
    if (from < chunk.length) blank = false;
  }
  return blank ? count : count + 1;
}

/** Blank lines are no keys. */
async function* keysOf(
  stream: ReadStream | NodeJS.ReadStream,
  stop: AbortSignal,
): AsyncGenerator<KeyItem, void> {
  const end = () => stream.destroy();
  stop.addEventListener('abort', end, { once: true });
  try {
    for await (const line of readLines(stream as AsyncIterable<Buffer>)) {
      if ('fault' in line) yield { fault: line.fault };
      else if (line.text !== '') yield { key: line.text };
    }
  } catch (error) {
    // Destroying the stream ends the reading with an error of its own.
    if (!stop.aborted)
      throw new UsageError(`reading the keys failed: ${String(error)}`, { cause: error });
  } finally {
    stop.removeEventListener('abort', end);
  }
}
