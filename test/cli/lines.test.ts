import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Line, readLines } from '../../src/cli/input/lines.ts';

async function* pieces(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield Buffer.from(bytes.slice(at, at + size));
}

async function all(chunks: AsyncIterable<Buffer>): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const line of readLines(chunks)) lines.push(line);
  return lines;
}

function linesOf(input: string | Uint8Array, size = 7): Promise<Line[]> {
  return all(pieces(typeof input === 'string' ? Buffer.from(input) : input, size));
}

const texts = (lines: readonly Line[]) =>
  lines.map((line) => ('text' in line ? line.text : line.fault));

describe('reading lines', () => {
  test('gives what splitting the whole text would, wherever the pieces break', async () => {
    const line = fc
      .string({ unit: 'binary', maxLength: 20 })
      .map((text) => text.replaceAll(/[\r\n\uFEFF]/g, ''));
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 9 }), async (lines, size) => {
        expect(texts(await linesOf(lines.map((one) => `${one}\n`).join(''), size))).toEqual(lines);
      }),
    );
  });

  test('takes a last line without an end, Windows ends, and a byte order mark at the start', async () => {
    expect(texts(await linesOf('\uFEFFa\r\nb\n\nc'))).toEqual(['a', 'b', '', 'c']);
    expect(await linesOf('')).toEqual([]);
  });

  test('leaves a byte order mark further down to the key', async () => {
    expect(texts(await linesOf('a\n\uFEFFb'))).toEqual(['a', '\uFEFFb']);
  });

  test('reports a line that is not UTF-8 by its number, and continues', async () => {
    const bytes = Buffer.concat([
      Buffer.from('a\n'),
      Buffer.from([0xff, 0x0a]),
      Buffer.from('b\n'),
    ]);
    expect(texts(await linesOf(bytes))).toEqual(['a', 'line 2 is not UTF-8', 'b']);
  });

  test('P9: keeps no more of an endless line than it needs', async () => {
    const megabyte = Buffer.alloc(1024 * 1024, 'x');
    async function* endless() {
      for (let i = 0; i < 50; i++) yield megabyte;
      yield Buffer.from('\nb\n');
    }
    const before = process.memoryUsage().arrayBuffers;
    const lines = await all(endless());
    expect(texts(lines)).toEqual(['line 1 is longer than 4096 bytes', 'b']);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(megabyte.length);
  });
});
