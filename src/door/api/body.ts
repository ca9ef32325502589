/**
 * Bodies of requests: JSON as UTF-8 text, bounded by the route's limit (P9). A route gets the text, and reads it by the
 * code that reads all requests.
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type ErrorReply, errorReply } from '../../protocol/errors.ts';
import { readText } from '../../protocol/frame/read-frame.ts';

const FIRST_BYTES = 4096;
/** A body comes in so many pieces at most, and one more for each so many bytes. */
const PIECES_MIN = 1000;
const PIECE_BYTES = 512;
const TYPE_HINT = 'Send `Content-Type: application/json`, and the body as UTF-8, not compressed.';

/** A request that cannot be read; `status` is that of the answer. */
export class BodyFault extends Error {
  override readonly name = 'BodyFault';
  readonly status: number;
  readonly reply: ErrorReply;

  constructor(status: number, reply: ErrorReply) {
    super(reply.error.message);
    this.status = status;
    this.reply = reply;
  }
}

/** From now on each body that a route takes is a text. */
export function takeBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    'application/json',
    async (request: FastifyRequest, payload: IncomingMessage) => {
      const fault = codingFault(request);
      if (fault !== undefined) throw typeFault(fault);
      const read = readText(await bytesOf(payload, request.routeOptions.bodyLimit));
      if (!read.ok) throw new BodyFault(400, read.reply);
      return read.text;
    },
  );
}

/** The text of the body; empty if there is none. */
export function bodyOf({ body }: FastifyRequest): string {
  return typeof body === 'string' ? body : '';
}

export function typeFault(what: string): BodyFault {
  const more = { field: 'Content-Type', hint: TYPE_HINT };
  return new BodyFault(415, errorReply('invalid_request', `the body ${what}`, more));
}

export function tooLarge(most: number): BodyFault {
  return new BodyFault(413, errorReply('too_large', `the body is larger than ${most} bytes`));
}

function codingFault({ headers }: FastifyRequest): string | undefined {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) return 'must be UTF-8';
  const coding = headers['content-encoding'] ?? 'identity';
  return coding === 'identity' ? undefined : 'must not be compressed';
}

/** In one buffer, and in not too many pieces: a body of a million chunks costs no more than another. */
function bytesOf(payload: IncomingMessage, most: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const fail = (error: unknown): void => {
    payload.removeAllListeners('data').pause();
    reject(error);
  };
  let bytes: Buffer = Buffer.alloc(0);
  let length = 0;
  let pieces = 0;
  payload.on('data', (piece: Buffer) => {
    const needed = length + piece.length;
    if (needed > most) return fail(tooLarge(most));
    if (++pieces > PIECES_MIN + needed / PIECE_BYTES) return fail(MANY_PIECES);
    if (length === 0) bytes = piece;
    else {
      if (needed > bytes.length) {
        const grown = Buffer.allocUnsafe(Math.min(most, Math.max(FIRST_BYTES, 2 * needed)));
        bytes.copy(grown, 0, 0, length);
        bytes = grown;
      }
      piece.copy(bytes, length);
    }
    length = needed;
    return undefined;
  });
  payload.once('end', () => resolve(bytes.subarray(0, length)));
  payload.once('error', () => reject(CUT_OFF));
  return promise;
}

/** The client has left before the end of its body, or sent no HTTP: nothing is wrong with the daemon. */
const CUT_OFF = new BodyFault(400, errorReply('invalid_request', 'the body was cut off'));
const MANY_PIECES = new BodyFault(
  400,
  errorReply('invalid_request', 'the body comes in too many small chunks'),
);
