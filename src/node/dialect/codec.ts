/** The words of one node's dialect, on both ends: what is asked, and what an answer says. */
import type { NodeReply, NodeRequest } from '../../core/model.ts';
import type { Response } from '../http/response-reader.ts';
import { type CallSpec, type Dialect, keyPath, type Method } from './dialect.ts';
import { readReply } from './read-reply.ts';
import { isObjectText } from './record.ts';

export interface CodecOptions {
  readonly name: string;
  /** The node's; the dialect's paths are appended to its path. */
  readonly url: URL;
  readonly dialect: Dialect;
  /** Wall clock, for `Retry-After` dates. */
  readonly wallNow: () => number;
}

/** An answer that would be read the same about any key. */
interface Plain {
  readonly status: number;
  readonly body: string;
  readonly answer: NodeReply;
}

const MARK = /^[\x21-\x7e]+$/;

/** What a body follows is said to have one, even an empty one (RFC 9110, section 8.6). */
const WITH_BODY: ReadonlySet<Method> = new Set(['POST', 'PUT', 'PATCH']);

export class Codec {
  readonly #options: CodecOptions;
  readonly #basePath: string;
  /** The headers of every request, made once. */
  readonly #headers: string;
  /** The latest plain success of each call: nearly every answer is one, and they are all alike. */
  readonly #latest: Partial<Record<NodeRequest['kind'], Plain>> = {};

  constructor(options: CodecOptions) {
    const { name, url, dialect } = options;
    const nodeHeader = dialect.nodeHeader ? `node: ${name}\r\n` : '';
    this.#options = options;
    this.#basePath = url.pathname.replace(/\/+$/, '');
    this.#headers = `host: ${url.host}\r\nconnection: keep-alive\r\n${nodeHeader}`;
  }

  /** The request as it is sent. */
  write(request: NodeRequest, groupId: string): string {
    const { dialect } = this.#options;
    const call: CallSpec<string> = dialect[request.kind];
    const start = this.#start(call.method, keyPath(call, groupId));
    const mark = dialect.tokenHeader === null ? undefined : tokenOf(request);
    // Every one was checked when it was read; a line of its own in it would be another header.
    if (mark !== undefined && !MARK.test(mark)) throw new Error(`not an owner mark: ${mark}`);
    const head = mark === undefined ? start : `${start}${dialect.tokenHeader}: ${mark}\r\n`;
    if (!call.sendsBody) {
      return WITH_BODY.has(call.method) ? `${head}content-length: 0\r\n\r\n` : `${head}\r\n`;
    }
    const body = request.kind === 'create' ? request.body : JSON.stringify({ groupId });
    const length = Buffer.byteLength(body);
    return `${head}content-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`;
  }

  /** The request of a page of keys. */
  writeList(path: string): string {
    return `${this.#start('GET', path)}\r\n`;
  }

  #start(method: Method, path: string): string {
    return `${method} ${this.#basePath}${path} HTTP/1.1\r\n${this.#headers}`;
  }

  read({ kind }: NodeRequest, groupId: string, http: Omit<Response, 'keepMs'>): NodeReply {
    const latest = this.#latest[kind];
    if (latest?.status === http.status && latest.body === http.body) return latest.answer;
    const { dialect, wallNow } = this.#options;
    const answer = readReply(dialect, { kind, groupId }, { ...http, at: wallNow() });
    // What a record says, and when to come back, is said anew each time.
    if (answer.kind === 'applied' && !isObjectText(http.body)) {
      this.#latest[kind] = { status: http.status, body: http.body, answer };
    }
    return answer;
  }
}

/** The owner mark that goes along: of the new record, or of the one that may be deleted. */
function tokenOf(request: NodeRequest): string | undefined {
  if (request.kind === 'create') return request.token;
  return request.kind === 'delete' ? request.guard : undefined;
}
