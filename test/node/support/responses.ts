/** Any valid response as bytes, one in each character, and the expected result of a reader. */
import fc from 'fast-check';
import type { Fault } from '../../../src/node/http/fault.ts';
import { type Response, ResponseReader } from '../../../src/node/http/response-reader.ts';

export interface Sample {
  readonly bytes: string;
  /** Where its body begins. */
  readonly bodyAt: number;
  readonly endsWithConnection: boolean;
  readonly response: Omit<Response, 'fields'>;
}

/** Without its headers, which are told by head.test.ts. */
type Outcome = Omit<Response, 'fields'> | Fault;

const INTERIM = ['100 Continue', '102 Processing', '103 Early Hints'];
const STATUSES = ['200 OK', '201 Created', '204 No Content', '304 Not Modified', '404', '503 Busy'];
const HEADERS = [
  'date: Mon, 23 Nov 2026 15:00:00 GMT',
  'Content-Type: application/json; charset="utf-8"',
  'server: N\xc3\xb6de',
  'x-empty:',
  'connection: keep-alive',
  "!#$%&'*+-.^_`|~:\t ( \xff ) \t",
];
const EXTENSIONS = ['', ';a', ';a=b', ';A-1=b.c;d'];
const TRAILERS = ['', 'x-checksum: 1\r\n', 'a:\r\nETag: "5"\r\nb: \xc3\xbc\r\n'];

const text = fc.oneof(
  fc.constantFrom('', 'CREATED', '{"groupId":"5"}', 'HTTP/1.1 200 OK\r\n\r\n', '0\r\n\r\n'),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom('\u{1f600}', 'ü', '漢').map((one) => one.repeat(15)),
);

const chunk = fc.record({
  size: fc.integer({ min: 1, max: 20 }),
  isUpperCase: fc.boolean(),
  zeros: fc.constantFrom('', '0', '0000'),
  extension: fc.constantFrom(...EXTENSIONS),
});

const parts = fc.record({
  interim: fc.array(fc.constantFrom(...INTERIM), { maxLength: 2 }),
  status: fc.constantFrom(...STATUSES),
  headers: fc.subarray(HEADERS),
  retryAfter: fc.option(fc.constantFrom('3', 'soon'), { nil: undefined }),
  timeout: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
  text,
  frame: fc.constantFrom('length', 'chunked', 'until close'),
  chunks: fc.array(chunk, { minLength: 1, maxLength: 8 }),
  trailer: fc.constantFrom(...TRAILERS),
});
type Parts = typeof parts extends fc.Arbitrary<infer Value> ? Value : never;

export const sample: fc.Arbitrary<Sample> = parts.map((given) => {
  const hasBody = !/^(204|304)/.test(given.status);
  const body = hasBody ? latin1(given.text) : '';
  const { headers, bytes } = framed(given, body);
  const interim = given.interim
    .map((status) => `HTTP/1.1 ${status}\r\nlink: </x>\r\n\r\n`)
    .join('');
  const lines = [`HTTP/1.1 ${given.status}`, ...given.headers, ...headers];
  if (given.retryAfter !== undefined) lines.push(`Retry-After: ${given.retryAfter}`);
  if (given.timeout !== undefined) lines.push(`Keep-Alive: timeout=${given.timeout}`);
  const head = `${interim}${lines.join('\r\n')}\r\n\r\n`;
  const endsWithConnection = hasBody && given.frame === 'until close';
  // It announces a body that it has not.
  const isDubious =
    !hasBody && given.frame !== 'until close' && !headers.includes('Content-Length: 0');
  const keepMs = given.timeout === undefined ? 30_000 : Math.max(0, given.timeout * 1000 - 1000);
  return {
    bytes: hasBody ? head + bytes : head,
    bodyAt: head.length,
    endsWithConnection,
    response: {
      status: Number(given.status.slice(0, 3)),
      retryAfter: given.retryAfter,
      body: Buffer.from(body, 'latin1').toString('utf8'),
      keepMs: endsWithConnection || isDubious ? 0 : keepMs,
    },
  };
});

function framed(given: Parts, body: string): { headers: string[]; bytes: string } {
  if (given.frame === 'until close') return { headers: [], bytes: body };
  if (given.frame === 'length') {
    return { headers: [`Content-Length: ${body.length}`], bytes: body };
  }
  let bytes = '';
  for (let at = 0, turn = 0; at < body.length; turn++) {
    const { size, isUpperCase, zeros, extension } = given.chunks[turn % given.chunks.length]!;
    const piece = body.slice(at, at + size);
    const digits = zeros + piece.length.toString(16);
    bytes += `${isUpperCase ? digits.toUpperCase() : digits}${extension}\r\n${piece}\r\n`;
    at += size;
  }
  return { headers: ['transfer-encoding: chunked'], bytes: `${bytes}0\r\n${given.trailer}\r\n` };
}

export function latin1(words: string): string {
  return Buffer.from(words).toString('latin1');
}

/** The result of the reader if the connection closes after these pieces. */
export function readPieces(
  pieces: readonly string[],
  { reader = new ResponseReader(), bodyBytesMax = 10_000 } = {},
): Outcome {
  reader.begin(bodyBytesMax);
  for (const piece of pieces) {
    const outcome = reader.push(piece);
    if (outcome !== undefined) return withoutFields(outcome);
  }
  return withoutFields(reader.end());
}

function withoutFields(outcome: Response | Fault): Outcome {
  if ('fault' in outcome) return outcome;
  const { fields: _, ...rest } = outcome;
  return rest;
}

/** The same bytes in pieces; where they are cut, as parts of the whole. */
export function cut(bytes: string, at: readonly number[]): string[] {
  const marks = at.map((part) => Math.floor(part * bytes.length)).toSorted((a, b) => a - b);
  return [0, ...marks]
    .map((from, index) => bytes.slice(from, marks[index] ?? bytes.length))
    .filter((piece) => piece !== '');
}
