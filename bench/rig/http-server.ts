/**
 * The cheapest correct HTTP/1.1 server for a bench, so that nodes take little of the cores that the
 * measured programs need: a quarter of `node:http` for each call. It reads whole requests across
 * packets, with a `content-length` or without a body, and keeps connections. Chunked bodies,
 * trailers and `Expect` are answered 501.
 */
import { STATUS_CODES } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  /** The rest of the head, with names as they were sent. */
  readonly head: string;
  readonly body: string;
}

export type Respond = (status: number, text: string) => void;

const HEAD_END = '\r\n\r\n';

/** The value of a header; undefined if it was not sent. `name` in lower case. */
export function headerOf({ head }: HttpRequest, name: string): string | undefined {
  const found = head.toLowerCase().indexOf(`\r\n${name}:`);
  if (found === -1) return undefined;
  const begins = found + name.length + 3;
  const ends = head.indexOf('\r\n', begins);
  return head.slice(begins, ends === -1 ? head.length : ends).trim();
}

export function serveHttp(answer: (request: HttpRequest, respond: Respond) => void): Server {
  return createServer({ noDelay: true }, (socket) => {
    let unread = '';
    // One byte for each character, so that lengths agree; a body is decoded when it is complete.
    socket.setEncoding('latin1');
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: string) => {
      unread = unread === '' ? chunk : unread + chunk;
      for (;;) {
        const taken = take(unread, socket, answer);
        if (taken === 0) return;
        unread = unread.slice(taken);
      }
    });
  });
}

let dated = { at: 0, text: '' };

/** Required of every server (RFC 9110, section 6.6.1); made once a second. */
function date(): string {
  const at = Math.floor(Date.now() / 1000);
  if (at !== dated.at) dated = { at, text: new Date(at * 1000).toUTCString() };
  return dated.text;
}

/** Answers the first request, if it is complete; returns its number of bytes. */
function take(
  text: string,
  socket: Socket,
  answer: (request: HttpRequest, respond: Respond) => void,
): number {
  const headEnds = text.indexOf(HEAD_END);
  if (headEnds === -1) return 0;
  const lineEnds = text.indexOf('\r\n');
  const [method = '', path = ''] = text.slice(0, lineEnds).split(' ', 2);
  const request = { method, path, head: text.slice(lineEnds, headEnds) };
  const whole = { ...request, body: '' };
  if (headerOf(whole, 'transfer-encoding') !== undefined) {
    socket.end('HTTP/1.1 501 Not Implemented\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
    return text.length;
  }
  const length = Number(headerOf(whole, 'content-length') ?? 0);
  const begins = headEnds + HEAD_END.length;
  if (text.length < begins + length) return 0;
  const body = Buffer.from(text.slice(begins, begins + length), 'latin1').toString();
  answer({ ...request, body }, (status, detail) => {
    const headers = `date: ${date()}\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(detail)}`;
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headers}\r\n\r\n${detail}`);
  });
  return begins + length;
}
