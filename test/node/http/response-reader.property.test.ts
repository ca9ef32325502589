import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ResponseReader } from '../../../src/node/http/response-reader.ts';
import { cut, latin1, readPieces, sample } from '../support/responses.ts';

const marks = fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), {
  maxLength: 12,
});
const CHUNKED = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';

describe('laws of reading responses', () => {
  test('any response is read as what it is, in one piece, byte by byte and cut anywhere', () => {
    fc.assert(
      fc.property(sample, marks, ({ bytes, response }, at) => {
        expect(readPieces([bytes])).toEqual(response);
        expect(readPieces(bytes.split(''))).toEqual(response);
        expect(readPieces(cut(bytes, at))).toEqual(response);
      }),
      { numRuns: 1000 },
    );
  });

  test('whatever is wrong with a response is wrong however it is cut', () => {
    const slip = fc.tuple(
      fc.nat(),
      fc.nat({ max: 3 }),
      fc.constantFrom('', '\r', '\n', '\r\n', '0', 'f', ':', ' ', '\x00', '\xa0'),
    );
    fc.assert(
      fc.property(sample, fc.array(slip, { minLength: 1, maxLength: 3 }), marks, (...given) => {
        const [{ bytes }, slips, at] = given;
        const wrong = slips.reduce((text, [where, length, insert]) => {
          const from = where % (text.length + 1);
          return text.slice(0, from) + insert + text.slice(from + length);
        }, bytes);
        const whole = { ...readPieces([wrong]), keepMs: 0 };
        // Bytes after an answer are noticed only if they arrive with it.
        expect({ ...readPieces(cut(wrong, at)), keepMs: 0 }).toEqual(whole);
        expect({ ...readPieces(wrong.split('')), keepMs: 0 }).toEqual(whole);
      }),
      { numRuns: 2000 },
    );
  });

  test('P1: one that is cut off is none, unless it ends with its connection', () => {
    fc.assert(
      fc.property(sample, fc.nat(), marks, (given, where, at) => {
        const { bytes, bodyAt, endsWithConnection, response } = given;
        const length = where % bytes.length;
        const outcome = readPieces(cut(bytes.slice(0, length), at));
        if (endsWithConnection && length >= bodyAt) {
          const rest = bytes.slice(bodyAt, length);
          const body = Buffer.from(rest, 'latin1').toString('utf8');
          // Cut inside a character.
          const raw = body.includes('\uFFFD') ? { bytes: rest } : {};
          expect(outcome).toEqual({ ...response, body, ...raw });
        } else {
          const fault = expect.stringContaining('the connection was closed');
          expect(outcome).toEqual({ fault });
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('P1: where more was sent than was asked for, the connection is not used again', () => {
    fc.assert(
      fc.property(sample, sample, fc.nat(), (given, next, length) => {
        const { bytes, endsWithConnection, response } = given;
        fc.pre(!endsWithConnection);
        const more = next.bytes.slice(0, 1 + (length % next.bytes.length));
        expect(readPieces([bytes + more])).toEqual({ ...response, keepMs: 0 });
      }),
    );
  });

  test('P1: one reader for many responses carries nothing over, not of broken ones either', () => {
    const course = fc.array(
      fc.tuple(
        sample,
        marks,
        fc.constantFrom('whole', 'given up', 'cut off', 'followed', 'spoiled'),
        fc.nat(),
      ),
      { minLength: 2, maxLength: 12 },
    );
    fc.assert(
      fc.property(course, (steps) => {
        const reader = new ResponseReader();
        for (const [{ bytes, endsWithConnection, response }, at, how, where] of steps) {
          const begun = bytes.slice(0, where % bytes.length);
          if (how === 'whole') {
            expect(readPieces(cut(bytes, at), { reader })).toEqual(response);
          } else if (how === 'given up') {
            reader.begin(10_000);
            expect(reader.push(begun)).toBeUndefined();
          } else if (how === 'cut off') {
            expect(readPieces([begun], { reader })).toEqual(readPieces([begun]));
          } else if (how === 'followed' && !endsWithConnection) {
            expect(readPieces([`${bytes}HTTP`], { reader })).toEqual({ ...response, keepMs: 0 });
          } else {
            expect(readPieces([`\n${bytes}`], { reader })).toHaveProperty('fault');
          }
        }
      }),
    );
  });
});

describe('P9: bounds', () => {
  const TOO_LARGE = { fault: 'an answer of more than 10 bytes', isTooLarge: true };
  const bodyBytesMax = 10;

  test.each([
    [
      'by its length',
      (body: string) => `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    ],
    [
      'in one chunk',
      (body: string) => `${CHUNKED}${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    ],
    [
      'in many chunks',
      (body: string) => `${CHUNKED}${[...body].map((one) => `1\r\n${one}\r\n`).join('')}0\r\n\r\n`,
    ],
    ['until the connection closes', (body: string) => `HTTP/1.1 200 OK\r\n\r\n${body}`],
  ])('of a body that ends %s: so many bytes, not one more', (_, write) => {
    for (const full of ['0123456789', latin1('üüüüü')]) {
      for (const split of [(bytes: string) => [bytes], (bytes: string) => bytes.split('')]) {
        const body = Buffer.from(full, 'latin1').toString('utf8');
        expect(readPieces(split(write(full)), { bodyBytesMax })).toMatchObject({ body });
        expect(readPieces(split(write(`${full}x`)), { bodyBytesMax })).toEqual(TOO_LARGE);
      }
    }
  });

  test.each([
    ['a length', 'HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n'],
    ['a chunk', `${CHUNKED}b\r\n`],
    ['a second chunk', `${CHUNKED}a\r\n0123456789\r\n1\r\n`],
    ['the largest chunk', `${CHUNKED}ffffffff\r\n`],
  ])('%s that goes beyond is enough, without its bytes', (_, bytes) => {
    const reader = new ResponseReader();
    reader.begin(bodyBytesMax);
    expect(reader.push(bytes)).toEqual(TOO_LARGE);
  });

  test('the overhead of chunks is bounded too', () => {
    const reader = new ResponseReader();
    reader.begin(1024 * 1024);
    let pieces = 0;
    let read = reader.push(CHUNKED);
    for (; read === undefined; pieces++) read = reader.push('1\r\nx\r\n'.repeat(1000));
    expect(read).toEqual({ fault: 'an answer of more than 1048576 bytes', isTooLarge: true });
    expect(pieces).toBeLessThan(200);
  });

  test('heads before that of the answer are no more than a few', () => {
    const hint = 'HTTP/1.1 103 Early Hints\r\n\r\n';
    const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';
    expect(readPieces([hint.repeat(10) + answer])).toMatchObject({ status: 200 });
    const fault = { fault: 'more than 10 interim answers' };
    expect(readPieces([hint.repeat(11) + answer])).toEqual(fault);
    expect(readPieces([...Array.from({ length: 11 }, () => hint), answer])).toEqual(fault);
  });

  const KIB = 1024;
  const HEAD = { start: 'HTTP/1.1 200 OK\r\nx: ', rest: '\r\ncontent-length: 0' };
  const INTERIM = 'HTTP/1.1 103 Early Hints\r\n\r\n';
  test.each([
    ['a head', { max: 16 * KIB, lead: '', ...HEAD }],
    ['a second head', { max: 16 * KIB, lead: INTERIM, ...HEAD }],
    ['the line of a chunk', { max: KIB, lead: CHUNKED, start: '0;x', rest: '' }],
    ['a trailer', { max: 16 * KIB, lead: `${CHUNKED}0\r\n`, start: 'x: ', rest: '' }],
  ])('%s is so long, and not longer, however it is cut', (_, { max, lead, start, rest }) => {
    const end = '\r\n\r\n';
    const write = (length: number) => start.padEnd(length - rest.length, 'x') + rest;
    const longest = lead + write(max) + end;
    expect(readPieces([longest])).toMatchObject({ status: 200, body: '' });
    expect(readPieces([longest.slice(0, -1), '\n'])).toMatchObject({ status: 200, body: '' });
    expect(readPieces(longest.split(''))).toMatchObject({ status: 200, body: '' });
    const longer = lead + write(max + 1) + end;
    expect(readPieces([longer])).toHaveProperty('fault');
    expect(readPieces(longer.split(''))).toEqual(readPieces([longer]));
    const reader = new ResponseReader();
    reader.begin(10_000);
    // Nobody waits for the end of what has none.
    expect(reader.push(lead + write(max + 100))).toHaveProperty('fault');
  });
});

describe('chunks that are none', () => {
  test.each([
    ['no size', '\r\n'],
    ['a size that is not hexadecimal', 'g\r\n'],
    ['a sign', '-1\r\n'],
    ['a prefix', '0x1\r\na\r\n'],
    ['a space before the size', ' 1\r\na\r\n'],
    ['more digits than any size has', '000000001\r\na\r\n'],
    ['a bare LF behind the size', '1\na\r\n'],
    ['a bare LF in an extension', '1;a\n\r\na\r\n'],
    ['another control character behind the size', '1\x0b\r\na\r\n'],
    ['a word behind the size', '1 a\r\na\r\n'],
    ['a control character in an extension', '1;\x00\r\na\r\n'],
    ['a chunk that is longer than its size', '1\r\nab\r\n'],
    ['a chunk that is shorter than its size', '2\r\na\r\n0\r\n\r\n'],
    ['a bare LF behind a chunk', '1\r\na\n0\r\n\r\n'],
    ['a trailer that is none', '0\r\nx\r\n\r\n'],
    ['a folded trailer', '0\r\nx: y\r\n z\r\n\r\n'],
    ['an extension without a name', '1;\r\na\r\n'],
    ['an extension with two values', '1;a=b=c\r\na\r\n'],
    ['a length as a trailer', '0\r\nContent-Length: 5\r\n\r\n'],
    ['another coding as a trailer', '0\r\ntransfer-encoding: gzip\r\n\r\n'],
    ['a trailer with bare LFs', '0\r\nx: y\n\n\r\n\r\n'],
  ])('%s', (_, bytes) => {
    const rest = `${'0\r\n\r\n'.repeat(300)}`;
    expect(readPieces([CHUNKED + bytes + rest])).toHaveProperty('fault');
    expect(readPieces(`${CHUNKED}${bytes}${rest}`.split(''))).toHaveProperty('fault');
  });
});
