import { describe, expect, test } from 'vitest';
import { type Head, parseHead } from '../../../src/node/http/head.ts';

const OK = 'HTTP/1.1 201 Created';

/** A head of these lines. */
function head(...lines: readonly string[]) {
  return parseHead(lines.join('\r\n'));
}

function keepMs(...lines: readonly string[]) {
  const read = head(...lines);
  if ('fault' in read) throw new Error(read.fault);
  return read.keepMs;
}

describe('status lines', () => {
  test.each([
    ['HTTP/1.1 201 Created', 201],
    ['HTTP/1.0 201 Created', 201],
    ['HTTP/1.1 201 ', 201],
    ['HTTP/1.1 201', 201],
    ['HTTP/1.1 404 Not  Found', 404],
    ['HTTP/1.1 200 \ttab and \xfcml\xe4ut', 200],
    ['HTTP/1.1 200 201 Created', 200],
    ['HTTP/1.1 999 Nobody knows', 999],
  ])('%j is read', (line, status) => {
    expect(head(line, 'content-length: 0')).toMatchObject({ status });
  });

  test.each([
    '',
    'hello',
    'HTTP/1.1',
    'HTTP/1.1 ',
    'HTTP/1.1 20',
    'HTTP/1.1 2010',
    'HTTP/1.1 099 Low',
    'HTTP/1.1 2x1 Created',
    'HTTP/1.1 +201 Created',
    'HTTP/1.1 201Created',
    'HTTP/1.1  201 Created',
    'HTTP/1.1\t201 Created',
    ' HTTP/1.1 201 Created',
    'http/1.1 201 Created',
    'HTTP/1.2 201 Created',
    'HTTP/2.0 201 Created',
    'HTTP/0.9 201 Created',
    'HTTP/1.10 201 Created',
    'HTTP/01.1 201 Created',
    'HTTPS/1.1 201 Created',
    'ICY 200 OK',
    'HTTP/1.1 201 Cre\x00ated',
    'HTTP/1.1 201 Cre\x7fated',
    'HTTP/1.1 201 Created\r',
    'HTTP/1.1 201 Created\nx: y',
    '\r\nHTTP/1.1 201 Created',
    'POST /group HTTP/1.1',
  ])('%j is not HTTP/1.1', (line) => {
    expect(head(line, 'content-length: 0')).toEqual({ fault: 'the answer is not HTTP/1.1' });
  });
});

describe('headers', () => {
  test.each([
    'content-length:5',
    'content-length: 5',
    'content-length:\t 5 \t',
    'Content-Length: 5',
    'CONTENT-LENGTH: 5',
    'content-length: 005',
    'content-length: 5, 5',
    'content-length: 5\t,5 , 5',
  ])('%j is a length of 5', (line) => {
    expect(head(OK, line)).toMatchObject({ body: 5 });
    expect(head(OK, line, line)).toMatchObject({ body: 5 });
  });

  test.each([
    [['content-encoding: gzip'], 'gzip'],
    [['Content-Encoding: X-GZIP'], 'gzip'],
    [['content-encoding: deflate'], 'deflate'],
    [['content-encoding: br'], 'br'],
    [['content-encoding: identity'], null],
    [['content-encoding:'], null],
    [[], null],
  ])('%j is a body in %j', (lines, coding) => {
    expect(head(OK, 'content-length: 5', ...lines)).toMatchObject({ coding });
  });

  test.each([
    [['content-encoding: zstd'], 'zstd'],
    [['content-encoding: gzip, br'], 'gzip, br'],
    [['content-encoding: gzip', 'content-encoding: gzip'], 'gzip, gzip'],
  ])('P10: %j is a fault that names %j', (lines, coding) => {
    const fault = `a body that cannot be decoded: content-encoding ${JSON.stringify(coding)}`;
    expect(head(OK, 'content-length: 5', ...lines)).toEqual({ fault });
    expect(head('HTTP/1.1 204 No Content', ...lines)).toMatchObject({ status: 204, coding: null });
  });

  test.each(["!#$%&'*+-.^_`|~09azAZ: x", 'x:', 'x: ', 'x: a:b "c" (d) \xe4', 'x: a\tb'])(
    '%j is one that says nothing',
    (line) => {
      const read = { status: 201, body: 0, keepMs: 30_000, retryAfter: undefined, coding: null };
      const { fields, ...rest } = head(OK, line, 'content-length: 0') as Head;
      expect(rest).toEqual(read);
      expect(fields.size).toBe(2);
    },
  );

  test.each([
    ['nothing', ''],
    ['no colon', 'content-length 5'],
    ['no name', ': 5'],
    ['a space before the colon', 'content-length : 5'],
    ['a tab before the colon', 'content-length\t: 5'],
    ['a space before the name', ' content-length: 5'],
    ['a folded line', ' folded'],
    ['a line folded by a tab', '\tfolded'],
    ['a name that is no token', 'content(length): 5'],
    ['a name that is not ASCII', 'l\xe4nge: 5'],
    ['a bare LF', 'x: y\ncontent-length: 5'],
    ['a bare CR', 'x: y\rcontent-length: 5'],
    ['a CR at the end', 'x: y\r'],
    ['a NUL', 'x: a\x00b'],
    ['another control character', 'x: a\x1bb'],
    ['a DEL', 'x: a\x7fb'],
    ['a NUL in the name', 'x\x00: y'],
  ])('%s is none', (_, line) => {
    expect(head(OK, 'content-length: 0', line)).toEqual({ fault: 'a malformed header' });
  });

  test('Retry-After is taken as it was sent, and of two the first', () => {
    const lines = ['Retry-After: 3 ', 'retry-after: 9', 'content-length: 0'];
    expect(head('HTTP/1.1 503 Busy', ...lines)).toMatchObject({ retryAfter: '3' });
    expect(head(OK, 'retry-after:', 'content-length: 0')).toMatchObject({ retryAfter: '' });
    expect(head(OK, 'content-length: 0')).toMatchObject({ retryAfter: undefined });
  });

  test('P9: no head of 16 KiB takes long to read, or to be found none', () => {
    const [blanks, letters] = [' '.repeat(8000), 'v'.repeat(8000)];
    const lines = [
      `x:${blanks}${letters}`,
      `x: ${'v '.repeat(8000)}`,
      `x: v${blanks}v${blanks}`,
      `connection: ${blanks}${letters}`,
      `keep-alive: timeout${blanks}${letters}`,
      `keep-alive: ${' timeout '.repeat(1600)}`,
    ];
    const startedAt = performance.now();
    for (const line of Array.from({ length: 10 }, () => lines).flat()) {
      expect(head(OK, line, 'content-length: 0')).toMatchObject({ body: 0 });
      expect(head(OK, `${line}\x00`, 'content-length: 0')).toHaveProperty('fault');
    }
    const many = Array.from({ length: 4000 }, () => 'x:y');
    expect(head(OK, ...many, 'content-length: 0')).toMatchObject({ body: 0 });
    expect(performance.now() - startedAt).toBeLessThan(1500);
  });
});

describe('where a body ends', () => {
  test.each([
    ['content-length: 0', 0],
    ['content-length: 999999999999999', 999_999_999_999_999],
    ['transfer-encoding: chunked', 'chunked'],
    ['Transfer-Encoding: CHUNKED', 'chunked'],
    ['x: y', 'until close'],
  ])('by %j', (line, body) => {
    expect(head(OK, line)).toMatchObject({ status: 201, body });
  });

  test.each(['100 Continue', '103 Early Hints', '204 No Content', '304 Not Modified'])(
    'a %s has none, whatever it says, if it says it clearly',
    (status) => {
      for (const line of ['content-length: 5', 'transfer-encoding: chunked', 'x: y']) {
        expect(head(`HTTP/1.1 ${status}`, line)).toMatchObject({ body: 0 });
        // Some nodes send the announced body nevertheless.
        expect(keepMs(`HTTP/1.1 ${status}`, line)).toBe(line === 'x: y' ? 30_000 : 0);
      }
      for (const line of ['content-length: x', 'transfer-encoding: gzip']) {
        expect(head(`HTTP/1.1 ${status}`, line)).toHaveProperty('fault');
      }
    },
  );

  test.each([
    [['content-length:']],
    [['content-length: -1']],
    [['content-length: +1']],
    [['content-length: 0x10']],
    [['content-length: 1f']],
    [['content-length: 1.0']],
    [['content-length: 1 0']],
    [['content-length: 1e1']],
    [['content-length: "5"']],
    [['content-length: 5\xa0']],
    [['content-length: \xa05']],
    [['content-length: 9999999999999999']],
    [['content-length: 18446744073709551616']],
    [['content-length: 5, 6']],
    [['content-length: 5, 05']],
    [['content-length: 5,']],
    [['content-length: 5, 5', 'content-length: 6']],
    [['content-length: 5,, 5']],
    [[`content-length: 5${' '.repeat(10_000)}x`]],
    [['content-length: 5', 'Content-Length: 6']],
    [['content-length: 5', 'transfer-encoding: chunked']],
    [['transfer-encoding: chunked', 'content-length: 5']],
    [['transfer-encoding: chunked', 'transfer-encoding: chunked']],
    [['transfer-encoding: gzip', 'transfer-encoding: chunked']],
    [['transfer-encoding: chunked, chunked']],
    [['transfer-encoding: gzip, chunked']],
    [['transfer-encoding: chunked, gzip']],
    [['transfer-encoding: chunked;q=1']],
    [['transfer-encoding: chunked,']],
    [['transfer-encoding: chunked\xa0']],
    [['transfer-encoding: chunke']],
    [['transfer-encoding: chunked\t']],
    [['transfer-encoding: gzip']],
    [['transfer-encoding: identity']],
    [['transfer-encoding: identity', 'content-length: 5']],
    [['transfer-encoding:']],
  ])('%j leaves it unclear, which is a fault', (lines) => {
    expect(head(OK, ...lines)).toEqual({ fault: 'a body of unclear length' });
  });

  test('HTTP/1.0 has no chunks', () => {
    const fault = { fault: 'a body of unclear length' };
    expect(head('HTTP/1.0 201 Created', 'transfer-encoding: chunked')).toEqual(fault);
  });
});

describe('how long a connection is kept', () => {
  const EMPTY = 'content-length: 0';

  test.each([
    ['where a node says nothing', [], 30_000],
    ['keep-alive is the same as nothing', ['connection: keep-alive'], 30_000],
    ['other words mean nothing', ['connection: upgrade, x-close, closed'], 30_000],
    ['by close', ['connection: close'], 0],
    ['by CLOSE', ['Connection: CLOSE'], 0],
    ['by close in a list', ['connection: x, Close ,y'], 0],
    ['by close in a second header', ['connection: keep-alive', 'connection: close'], 0],
    ['by close, although a time is named', ['connection: close', 'keep-alive: timeout=9'], 0],
    ['a second less than the node does', ['keep-alive: timeout=5'], 4000],
    ['not at all where that is nothing', ['keep-alive: timeout=1'], 0],
    ['nor where it says 0', ['keep-alive: timeout=0'], 0],
    ['no longer than by default', ['keep-alive: timeout=31'], 30_000],
    ['not even for a year', ['keep-alive: timeout=99999999999'], 30_000],
    ['as one of many words', ['keep-alive: max=100, Timeout = "7"'], 6000],
    ['in a second header', ['keep-alive: max=100', 'keep-alive: timeout=7'], 6000],
    ['not by another word that ends alike', ['keep-alive: no-timeout=7'], 30_000],
    ['not by what is no number', ['keep-alive: timeout=soon'], 30_000],
  ])('%s', (_, lines, expected) => {
    expect(keepMs(OK, EMPTY, ...lines)).toBe(expected);
  });

  test('HTTP/1.0: only if it says so', () => {
    const old = 'HTTP/1.0 201 Created';
    expect(keepMs(old, EMPTY)).toBe(0);
    expect(keepMs(old, EMPTY, 'connection: Keep-Alive')).toBe(30_000);
    expect(keepMs(old, EMPTY, 'connection: keep-alive', 'keep-alive: timeout=5')).toBe(4000);
    expect(keepMs(old, EMPTY, 'connection: keep-alive, close')).toBe(0);
    expect(keepMs(old, EMPTY, 'connection: keep-alive\xa0')).toBe(0);
  });

  test('never when the body ended with it', () => {
    expect(keepMs(OK, 'connection: keep-alive', 'keep-alive: timeout=5')).toBe(0);
  });
});
