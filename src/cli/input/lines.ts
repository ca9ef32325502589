/**
 * Lines of a stream of bytes, one at a time, in bounded memory for any input: a million lines, an
 * endless line, bytes that are no text.
 */

const NEWLINE = 0x0a;
const RETURN = 0x0d;
/** Far more than the longest key. */
const LINE_BYTES_MAX = 4096;

export type Line =
  | { readonly number: number; readonly text: string }
  | { readonly number: number; readonly fault: string };

export async function* readLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line, void> {
  let number = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      number += 1;
      yield lineOf(join(rest, chunk.subarray(from, end)), number);
      rest = Buffer.alloc(0);
      from = end + 1;
    }
    rest = join(rest, chunk.subarray(from));
  }
  if (rest.length > 0) yield lineOf(rest, number + 1);
}

/** Keeps just enough of an endless line to see that it is too long. */
function join(rest: Buffer, more: Buffer): Buffer {
  if (rest.length > LINE_BYTES_MAX) return rest;
  return Buffer.concat([rest, more.subarray(0, LINE_BYTES_MAX + 1)]);
}

function lineOf(bytes: Buffer, number: number): Line {
  if (bytes.length > LINE_BYTES_MAX)
    return { number, fault: `line ${number} is too long for a key` };
  const ended = bytes.at(-1) === RETURN ? bytes.subarray(0, -1) : bytes;
  try {
    // Only the first line may begin with a byte order mark; elsewhere it is part of the key.
    const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: number > 1 });
    return { number, text: utf8.decode(ended) };
  } catch {
    return { number, fault: `line ${number} is not UTF-8` };
  }
}
