/**
 * The HTTP side of a port: node:http tuned for many small calls over kept-alive connections. It
 * collects bodies with a bound and writes outcomes. A `Router` decides; nothing here knows about
 * records.
 */
import { isUtf8 } from 'node:buffer';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { asOutcome, type Outcome, type SimReply, TOO_LARGE } from '../node/answers.ts';

const BODY_BYTES_MAX = 64 * 1024;
const KEEP_ALIVE_MS = 75_000;

/** Takes a call whose body has arrived; the body is undefined if it is not UTF-8. */
export type Router = (call: HttpCall, body: string | undefined) => void;

/** One request on a connection, and the way back to its client. */
export class HttpCall {
  readonly request: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.request = request;
    this.#response = response;
  }

  get method(): string {
    return this.request.method ?? '';
  }

  get url(): string {
    return this.request.url ?? '';
  }

  get socket(): Socket {
    return this.request.socket;
  }

  header(name: 'node' | 'timestamp'): string | undefined {
    const value = this.request.headers[name];
    return typeof value === 'string' ? value : undefined;
  }

  answer(answer: SimReply): void {
    this.deliver(asOutcome(answer));
  }

  deliver(outcome: Outcome): void {
    if (this.#response.destroyed) return;
    switch (outcome.kind) {
      case 'answer':
        return this.#write(outcome.answer);
      case 'truncated':
        return this.#breakOff(outcome.answer);
      case 'reset':
        this.socket.resetAndDestroy();
        return;
      case 'silence':
        return;
    }
  }

  #write({ status, headers, body }: SimReply): void {
    const response = this.#response;
    response.sendDate = false;
    response.writeHead(status, headers);
    // Every body is ASCII, and Latin-1 is written without a measurement of its length.
    response.end(body, 'latin1');
  }

  #breakOff({ status, headers, body }: SimReply): void {
    const length = String(body.length * 2);
    const longer = headers.map((text, index) =>
      headers[index - 1] === 'Content-Length' ? length : text,
    );
    this.#response.sendDate = false;
    this.#response.writeHead(status, longer);
    this.#response.write(body);
    this.socket.destroySoon();
  }
}

export function createHttpServer(route: Router): Server {
  return createServer({ keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true }, (request, response) => {
    const call = new HttpCall(request, response);
    if (request.method === 'GET' || request.method === 'HEAD') route(call, '');
    else collectBody(call, route);
  });
}

function collectBody(call: HttpCall, route: Router): void {
  const { request } = call;
  const chunks: Buffer[] = [];
  let length = 0;
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= BODY_BYTES_MAX) chunks.push(chunk);
    else chunks.length = 0;
  });
  request.on('end', () => {
    // Sent after the last byte of the request: a client that still sends would see a reset instead.
    if (length > BODY_BYTES_MAX) call.answer(TOO_LARGE);
    else route(call, textOf(chunks));
  });
}

function textOf(chunks: readonly Buffer[]): string | undefined {
  const [first] = chunks;
  if (first === undefined) return '';
  const bytes = chunks.length === 1 ? first : Buffer.concat(chunks);
  return isUtf8(bytes) ? bytes.toString() : undefined;
}
