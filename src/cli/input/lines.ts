/**
 * Lines of a stream of bytes, one at a time, in bounded memory for any input: a million lines, an
 * endless line, bytes that are no text.
 */

const NEWLINE = 0x0a;
const RETURN = 0x0d;

export type Line =
  | { readonly number: number; readonly text: string }
  | { readonly number: number; readonly fault: string };

/** @param bytesMax far more than the longest key, by default */
export async function* readLines(
  chunks: AsyncIterable<Buffer>,
  bytesMax = 4096,
): AsyncGenerator<Line, void> {
  let number = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      number += 1;
      yield lineOf(join(rest, chunk.subarray(from, end), bytesMax), { number, bytesMax });
      rest = Buffer.alloc(0);
      from = end + 1;
    }
    rest = join(rest, chunk.subarray(from), bytesMax);
  }
  if (rest.length > 0) yield lineOf(rest, { number: number + 1, bytesMax });
}

/** Keeps just enough of an endless line to see that it is too long. */
function join(rest: Buffer, more: Buffer, bytesMax: number): Buffer {
  if (rest.length > bytesMax) return rest;
  return Buffer.concat([rest, more.subarray(0, bytesMax + 1)]);
}

interface Bounded {
  readonly number: number;
  readonly bytesMax: number;
}

function lineOf(bytes: Buffer, { number, bytesMax }: Bounded): Line {
  if (bytes.length > bytesMax) {
    return { number, fault: `line ${number} is longer than ${bytesMax} bytes` };
  }
  const ended = bytes.at(-1) === RETURN ? bytes.subarray(0, -1) : bytes;
  try {
    // Only the first line may begin with a byte order mark; elsewhere it is part of the key.
    const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: number > 1 });
    return { number, text: utf8.decode(ended) };
  } catch {
    return { number, fault: `line ${number} is not UTF-8` };
  }
}
