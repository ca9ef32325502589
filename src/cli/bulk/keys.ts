/** The keys of a bulk command: a range, a file, or stdin. */
import { constants, createReadStream, type ReadStream } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { codeOf } from '../../base/error-fields.ts';
import type { WrittenRecord } from '../../protocol/record/record.ts';
import { UsageError } from '../exit-code.ts';
import { readLines } from '../input/lines.ts';
import { readItem } from '../input/record.ts';

const EXAMPLE = '0..99';
/** Records that are read before the first one is sent. */
const HELD_BYTES_MAX = 64 * 1024 * 1024;
const NEVER = new AbortController().signal;

/** A key to work on, or a line that cannot be one. */
export type KeyItem =
  | { readonly key: string; readonly record?: WrittenRecord }
  | { readonly fault: string };

export interface KeySource {
  /** The number of keys, or their source: `100`, `stdin`. */
  readonly label: string;
  /** Undefined if it is not known in advance. */
  readonly total: number | undefined;
  /** stdin cannot answer a question while keys come from it. */
  readonly isStdin: boolean;
  /** Reads on only as the caller asks for keys; ends early once `stop` is aborted. */
  items(stop: AbortSignal): AsyncIterable<KeyItem>;
}

/**
 * @param isJson each line of the file or of stdin is a JSON object with a key and its record
 * @throws UsageError if it is none of the three.
 */
export async function keySource(what: string, isJson = false): Promise<KeySource> {
  const form = isJson ? JSON_LINES : KEYS;
  if (what === '-') return stdinSource(form);
  const range = /^(?<from>\d+)(\.\.(?<to>\d+))?$/.exec(what)?.groups;
  if (range !== undefined) {
    const { from = '', to = from } = range;
    return rangeSource(from, to);
  }
  if (/^-?\d+\.{2,}-?\d*$/.test(what)) {
    throw new UsageError(`"${what}" is not a range; write it like ${EXAMPLE}`);
  }
  return fileSource(what, form);
}

/** The form of a line. */
interface Form {
  readonly bytesMax: number;
  readonly itemOf: (text: string) => KeyItem;
}

const KEYS: Form = { bytesMax: 4096, itemOf: (key) => ({ key }) };
const JSON_LINES: Form = {
  bytesMax: 1024 * 1024,
  itemOf: (text) => {
    try {
      return readItem(text);
    } catch (error) {
      if (error instanceof UsageError) return { fault: error.message };
      throw error;
    }
  },
};

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
  return { label: String(total), total, isStdin: false, items };
}

function stdinSource(form: Form): KeySource {
  const items = (stop: AbortSignal) => keysOf(process.stdin, form, stop);
  return { label: 'stdin', total: undefined, isStdin: true, items };
}

async function fileSource(path: string, form: Form): Promise<KeySource> {
  try {
    await access(path, constants.R_OK);
    const stats = await stat(path);
    if (stats.isDirectory()) throw new UsageError(`${path} is a directory, not a file of keys`);
    const total = stats.isFile()
      ? await count(keysOf(createReadStream(path), form, NEVER))
      : undefined;
    const items = (stop: AbortSignal) => keysOf(createReadStream(path), form, stop);
    return { label: String(total ?? path), total, isStdin: false, items };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const code = codeOf(error);
    const why = code === 'ENOENT' ? 'it is neither a file nor a range' : String(code);
    const hint = `a range is written like ${EXAMPLE}; other keys come from a file or stdin, one a line`;
    throw new UsageError(`cannot read "${path}": ${why} (${hint})`, { cause: error });
  }
}

async function count(items: AsyncIterable<KeyItem>): Promise<number> {
  let total = 0;
  for await (const _ of items) total += 1;
  return total;
}

/**
 * The same keys, read to their end before the first is returned; undefined if there are more than
 * `max`, or if that is known without reading.
 */
export async function readAhead(source: KeySource, max: number): Promise<KeySource | undefined> {
  if (source.total !== undefined) return source.total > max ? undefined : source;
  const held: KeyItem[] = [];
  let bytes = 0;
  for await (const item of source.items(NEVER)) {
    if ('record' in item) bytes += item.record?.bytes ?? 0;
    if (held.length === max || bytes > HELD_BYTES_MAX) return undefined;
    held.push(item);
  }
  async function* items(): AsyncGenerator<KeyItem, void> {
    yield* held;
  }
  return { ...source, label: String(held.length), total: held.length, items };
}

function faultOf(number: number, fault: string): string {
  return fault.startsWith('line ') ? fault : `line ${number}: ${fault}`;
}

/** Blank lines are no keys. */
async function* keysOf(
  stream: ReadStream | NodeJS.ReadStream,
  { bytesMax, itemOf }: Form,
  stop: AbortSignal,
): AsyncGenerator<KeyItem, void> {
  const end = () => stream.destroy();
  stop.addEventListener('abort', end, { once: true });
  try {
    for await (const line of readLines(stream as AsyncIterable<Buffer>, bytesMax)) {
      const item = 'fault' in line ? line : line.text === '' ? undefined : itemOf(line.text);
      if (item !== undefined && 'key' in item) yield item;
      else if (item !== undefined) yield { fault: faultOf(line.number, item.fault) };
    }
  } catch (error) {
    // Destroying the stream ends the reading with an error of its own.
    if (!stop.aborted)
      throw new UsageError(`reading the keys failed: ${String(error)}`, { cause: error });
  } finally {
    stop.removeEventListener('abort', end);
  }
}
