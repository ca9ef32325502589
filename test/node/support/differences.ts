/**
 * The differences between our reader and undici's, with their reasons; everywhere else they agree
 * on every byte.
 */

export interface Difference {
  readonly why: string;
  readonly isOne: (bytes: string) => boolean;
  readonly examples: readonly string[];
}

const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n`;
const END = '1\r\na\r\n0\r\n\r\n';

/** One of these in front of one chunk. */
function coded(...codings: readonly string[]): string {
  return `${OK}${codings.map((coding) => `transfer-encoding:${coding}\r\n`).join('')}\r\n${END}`;
}

/**
 * Responses that undici accepts and we reject: they could be read in two ways, or no server sends
 * them.
 */
export const STRICTER: readonly Difference[] = [
  {
    why: 'it is another protocol, or a version of HTTP that has no such messages',
    isOne: (bytes) => /(?:^|\r\n\r\n)(?:HTTP\/(?!1\.[01] )|RTSP\/)/.test(bytes),
    examples: ['HTTP/2.0', 'HTTP/0.9', 'RTSP/1.0'].map(
      (version) => `${version}${OK.slice(8)}\r\na`,
    ),
  },
  {
    why: 'lines before the status line may be the rest of another answer',
    isOne: (bytes) => /(?:^|\r\n\r\n)[\r\n]/.test(bytes),
    examples: [`\r\n${OK}\r\na`, `\n${OK}\r\na`, `HTTP/1.1 103 Hints\r\n\r\n\r\n${OK}\r\na`],
  },
  {
    why: 'a control character in a reason may be a line end to others',
    isOne: (bytes) =>
      bytes.split('\r\n').some((line) => /^HTTP.*[^\P{Cc}\t\x80-\x9f]/su.test(line)),
    examples: ['\0', '\x1b', '\x7f'].map((one) => `HTTP/1.1 200 O${one}K\r\n\r\na`),
  },
  {
    why: 'what is coded in another way, or by HTTP/1.0, is in chunks to some and not to others',
    isOne: (bytes) => {
      const codings = [...bytes.matchAll(/^transfer-encoding:[\t ]*(.*?) *\r\n/gim)];
      const isPlain = codings.length === 1 && codings[0]?.[1]?.toLowerCase() === 'chunked';
      return codings.length > 0 && (!isPlain || bytes.includes('HTTP/1.0'));
    },
    examples: ['', ' gzip', ' identity', ' chunked,', ' chunked, gzip', ' gzip, chunked']
      .concat([' xchunked', ' chunked\xa0', ' chunked\t', ' chunked;q=1'])
      .map((coding) => coded(coding))
      .concat(coded(' chunked', ' chunked'), coded(' gzip', ' chunked'))
      .concat(coded(' chunked').replace('1.1', '1.0')),
  },
  {
    why: 'no length has so many digits',
    isOne: (bytes) => /content-length:[\t ]*\d{16}/i.test(bytes),
    examples: [`${OK}content-length: 0000000000000001\r\n\r\na`],
  },
  {
    why: 'no chunk has so many digits, or extensions so long or other than words',
    isOne: (bytes) =>
      bytes.split('\r\n').some((line) => {
        const isLong = /^[\da-f]{9}/i.test(line) || line.length > 1000;
        return (
          isLong || (/^[\da-f]+;/i.test(line) && !/^\w+(?:;[\w.-]+(?:=[\w.-]+)?)*$/.test(line))
        );
      }),
    examples: ['000000001', '1;a=', '1;a="b"', '1;a="b;c\\"d"', '1;a="\xfc"', '1;;a']
      .concat(`1;${'a'.repeat(1023)}`)
      .map((line) => `${CHUNKED}${line}\r\na\r\n0\r\n\r\n`),
  },
  {
    why: 'a coding is too late behind the body',
    isOne: (bytes) => /\r\n0\r\n(?:.*\r\n)*transfer-encoding:/i.test(bytes),
    examples: [`${CHUNKED}1\r\na\r\n0\r\ntransfer-encoding: chunked\r\n\r\n`],
  },
];

/** Responses that we accept and undici rejects: HTTP defines them clearly. */
export const LOOSER: readonly Difference[] = [
  {
    why: 'a 100 nobody asked for is to be passed over as any other 1xx (RFC 9110, section 15.2)',
    isOne: (bytes) => /HTTP\/1\.[01] 100\b/.test(bytes),
    examples: [`HTTP/1.1 100 Continue\r\n\r\n${OK}\r\na`],
  },
  {
    why: 'a 1xx that has the connection closed has it closed after the answer',
    isOne: (bytes) => /HTTP\/1\.(?:0 1\d\d|1 1\d\d.*connection:[^\r]*close).*HTTP/is.test(bytes),
    examples: [
      `HTTP/1.1 103 Hints\r\nconnection: close\r\n\r\n${OK}\r\na`,
      `HTTP/1.0 103 Hints\r\n\r\n${OK}\r\na`,
    ],
  },
  {
    why: 'white space behind a length is none of it (RFC 9110, section 5.6.3)',
    isOne: (bytes) => /content-length:.*[\t ]\r\n/i.test(bytes),
    examples: [`${OK}content-length: 1 \r\n\r\na`, `${OK}content-length: 1\t\r\n\r\na`],
  },
  {
    why: 'equal lengths say the same thing twice (RFC 9110, section 8.6)',
    isOne: (bytes) =>
      /content-length:.*,/i.test(bytes) || (bytes.match(/content-length:/gi) ?? []).length > 1,
    examples: [
      `${OK}content-length: 1, 1\r\n\r\na`,
      `${OK}content-length: 1\r\nContent-Length: 1\r\n\r\na`,
    ],
  },
  {
    why: 'spaces around the parts of a chunk size are none of it (RFC 9112, section 7.1.1)',
    isOne: (bytes) => bytes.split('\r\n').some((line) => /^[\da-f]{1,8}[^\r]*[\t ]/i.test(line)),
    examples: ['1 ', '1\t', '1 ;a', '1; a=b', '1;a =b', '1;a= b', '1;a '].map(
      (line) => `${CHUNKED}${line}\r\na\r\n0\r\n\r\n`,
    ),
  },
];
