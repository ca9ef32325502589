/** Writes requests to one node and reads its replies, as its dialect says. */
import type { NodeReply, NodeRequest } from '../../core/model.ts';
import type { Credentials } from '../access/credentials.ts';
import type { Response } from '../http/response-reader.ts';
import { isOtherContent, type Wanted } from './content/record-content.ts';
import { recordFrom } from './content/record-from.ts';
import { hasRecordPlace, type Misfit, recordCheck } from './content/record-place.ts';
import type { Dialect, Method } from './dialect.ts';
import { isExplicit, isStrongTag } from './proof.ts';
import { readReply } from './read-reply.ts';
import { isObjectText } from './record.ts';
import { compileBody, compileHeader, compilePath, type Template } from './template.ts';

export interface CodecOptions {
  readonly name: string;
  /** The node's; the dialect's paths are appended to its path. */
  readonly url: URL;
  readonly dialect: Dialect;
  /** Absent: the node needs no headers, query or TLS files. */
  readonly credentials?: Credentials;
  /** Wall clock, for `Retry-After` dates. */
  readonly wallNow: () => number;
}

/** The key that a request is about, and its command. */
export interface Subject {
  readonly groupId: string;
  /** Of the command; absent for other requests. */
  readonly id?: string | undefined;
  /** It may take the connection that is kept for such calls: see `Bulkhead`. */
  readonly isUrgent?: boolean;
  /** Its read wants the digest of the content. */
  readonly isAudit?: boolean;
  /** Its read wants the record, too. */
  readonly wantsRecord?: boolean;
  /** The text of the command's record, and its digest: a read compares. */
  readonly record?: string | undefined;
  readonly digest?: string | undefined;
  /** Gets the body of a request that is `stored`, once it has a connection. */
  readonly fetch?: (then: (body: string) => void) => void;
}

/** A reply that means the same for every key. */
interface Plain {
  readonly status: number;
  readonly body: string;
  readonly answer: NodeReply;
}

/** The parts of one call of the dialect that are the same for every key. */
interface Compiled {
  readonly path: Template;
  /** `METHOD /base`. */
  readonly start: string;
  /** From the query on to the end of those headers that never change. */
  readonly middle: string;
  /** Headers with places in them, with their line ends. */
  readonly headers: Template | undefined;
  readonly body: Template | undefined;
  /** With the line end before the length. */
  readonly type: string;
}

const MARK = /^[\x21-\x7e]+$/;

/** Requests of these methods have a length, also without a body (RFC 9110, section 8.6). */
const WITH_BODY: ReadonlySet<Method> = new Set(['POST', 'PUT', 'PATCH']);

export class Codec {
  readonly #options: CodecOptions;
  readonly #basePath: string;
  readonly #misfitOf: (record: string | undefined) => Misfit | undefined;
  readonly #hidesRecords: boolean;
  readonly #redact: ((text: string) => string) | undefined;
  /** Made once, and again when credentials change. */
  #calls!: Readonly<Record<NodeRequest['kind'], Compiled>>;
  #listing!: Compiled;
  #health: Compiled | undefined;
  #version = -1;
  /** The latest plain success of each call: nearly all replies are plain successes with equal text. */
  readonly #latest: Partial<Record<NodeRequest['kind'], Plain>> = {};
  /** Whether the headers of a success do not matter. */
  readonly #isPlain: Readonly<Record<NodeRequest['kind'], boolean>>;

  constructor(options: CodecOptions) {
    const { url, dialect, credentials } = options;
    this.#options = options;
    this.#redact = credentials && ((text) => credentials.redact(text));
    this.#misfitOf = recordCheck(dialect);
    this.#hidesRecords = hasRecordPlace(dialect.create.body);
    this.#basePath = url.pathname.replace(/\/+$/, '');
    this.#isPlain = {
      create: !dialect.create.applied.some(isExplicit),
      delete: !dialect.delete.applied.some(isExplicit),
      read: false,
    };
    this.#renew();
  }

  /** Version of the credentials in the next request; see `Credentials.isRenewed`. */
  get version(): number {
    return this.#version;
  }

  /** Whether the credentials have changed since this version, which the node answered with 401. */
  isRenewed(version: number): boolean {
    return this.#options.credentials?.isRenewed(version) === true;
  }

  /** Why this request cannot be written; undefined: it can. */
  misfitOf(request: NodeRequest, { record }: Subject): string | undefined {
    if (request.kind !== 'create' || restored(request, this.#options.dialect) !== undefined) {
      return undefined;
    }
    return this.#misfitOf(record)?.message;
  }

  /** The request as it is sent; `misfitOf` comes first. */
  write(request: NodeRequest, { groupId, id = '', record }: Subject): string | Buffer {
    this.#follow();
    const { dialect } = this.#options;
    const { start, path, middle, headers, type, body } = this.#calls[request.kind];
    const target = path(groupId, id);
    const varying = headers === undefined ? '' : headers(groupId, id);
    const mark = dialect.mark === null ? undefined : tokenOf(request);
    // Each was checked when it was read. A line break in it would start another header.
    if (mark !== undefined && !MARK.test(mark)) throw new Error(`not an owner mark: ${mark}`);
    const owner = mark === undefined ? '' : `${dialect.mark?.header}: ${mark}\r\n`;
    const match = request.kind === 'delete' ? ifMatch(request.tag) : '';
    const head = `${start}${withQuery(target, middle)}${varying}${owner}${match}`;
    if (body === undefined) return `${head}${type}\r\n`;
    const text = restored(request, dialect) ?? body(groupId, id, record);
    if (typeof text !== 'string') {
      return Buffer.concat([
        Buffer.from(`${head}${type}content-length: ${text.length}\r\n\r\n`),
        text,
      ]);
    }
    return `${head}${type}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
  }

  /** The request of a page of keys. */
  writeList(path: string): string {
    this.#follow();
    const { start, middle, headers } = this.#listing;
    return `${start}${withQuery(path, middle)}${headers?.('', '') ?? ''}\r\n`;
  }

  /** The request of the health path. */
  writeHealth(): string {
    this.#follow();
    const { start, path, middle, headers } = this.#health ?? this.#listing;
    return `${start}${withQuery(path('', ''), middle)}${headers?.('', '') ?? ''}\r\n`;
  }

  /** The reply of a node may repeat the secrets of the request. */
  redact(text: string): string {
    return this.#redact?.(text) ?? text;
  }

  read(
    { kind }: NodeRequest,
    subject: Subject,
    http: Omit<Response, 'keepMs' | 'fields'> & Partial<Pick<Response, 'fields'>>,
  ): NodeReply {
    const latest = this.#latest[kind];
    if (latest?.status === http.status && latest.body === http.body) return latest.answer;
    const { name: node, dialect, wallNow } = this.#options;
    const wanted = kind === 'read' ? this.#wanted(subject) : undefined;
    const hidesRecords = this.#hidesRecords;
    const asked = {
      kind,
      groupId: subject.groupId,
      isAudit: subject.isAudit,
      node,
      redact: this.#redact,
      wanted,
      hidesRecords,
    };
    const answer = readReply(dialect, asked, { ...http, at: wallNow() });
    const record =
      subject.wantsRecord === true && answer.kind === 'present'
        ? this.#recordIn(http.body, subject)
        : undefined;
    if (record !== undefined) return { ...answer, record };
    // Records and `Retry-After` differ from reply to reply.
    if (answer.kind === 'applied' && this.#isPlain[kind] && !isObjectText(http.body)) {
      this.#latest[kind] = { status: http.status, body: http.body, answer };
    }
    return answer;
  }

  /** The record that a create sends to make what this read shows. */
  #recordIn(shown: string, { groupId, id = '' }: Subject): string | undefined {
    const { content = null } = this.#options.dialect.record;
    const record = recordFrom(shown, content);
    if (record === undefined || this.#misfitOf(record) !== undefined) return undefined;
    const sent = () => this.#calls.create.body?.(groupId, id, record) ?? '';
    return isOtherContent(shown, content, { record, sent }) ? undefined : record;
  }

  #wanted({ groupId, id = '', record, digest }: Subject): Wanted | undefined {
    if (record === undefined || digest === undefined) return undefined;
    return { record, digest, sent: () => this.#calls.create.body?.(groupId, id, record) ?? '' };
  }

  #follow(): void {
    const { credentials } = this.#options;
    if (credentials !== undefined && credentials.version !== this.#version) this.#renew();
  }

  #renew(): void {
    const { dialect, credentials } = this.#options;
    this.#version = credentials?.version ?? 0;
    this.#calls = {
      create: this.#compile(dialect.create),
      delete: this.#compile(dialect.delete),
      read: this.#compile(dialect.read),
    };
    this.#listing = this.#compile({ method: 'GET', path: '', headers: {} });
    const { health } = dialect;
    if (health === null) return;
    const { method, path, root } = health;
    this.#health = this.#compile({ method, path, headers: {} }, root ? '' : this.#basePath);
  }

  #compile(call: WrittenCall, base = this.#basePath): Compiled {
    const { name, url, dialect, credentials } = this.#options;
    const { query = '', headers: own = new Map<string, string>() } = credentials?.presented ?? {};
    const { method, path, body = null, contentType = '' } = call;
    const all = new Map<string, string>();
    for (const [header, text] of Object.entries({ ...dialect.headers, ...call.headers })) {
      all.set(header.toLowerCase(), text);
    }
    let fixed = '';
    const varying: Template[] = [];
    for (const [header, text] of all) {
      if (own.has(header)) continue;
      const template = compileHeader(text, name);
      if (!/\{(?:key|id)\}/.test(text)) fixed += `${header}: ${template('', '')}\r\n`;
      else varying.push((key, id) => `${header}: ${template(key, id)}\r\n`);
    }
    for (const [header, text] of own) fixed += `${header}: ${text}\r\n`;
    const middle = ` HTTP/1.1\r\nhost: ${url.host}\r\nconnection: keep-alive\r\n${fixed}`;
    return {
      path: compilePath(path, name),
      start: `${method} ${base}`,
      middle: query === '' ? middle : `${query}${middle}`,
      headers:
        varying.length === 0 ? undefined : (key, id) => varying.map((one) => one(key, id)).join(''),
      body: body === null ? undefined : compileBody(body, name),
      type: body === null ? lengthOf(method) : `content-type: ${contentType}\r\n`,
    };
  }
}

type WrittenCall = Pick<Dialect['read'], 'path' | 'headers'> & {
  readonly method: Method;
} & Partial<Pick<Dialect['create'], 'body' | 'contentType'>>;

/** The length header of a call without a body. */
function lengthOf(method: Method): string {
  return WITH_BODY.has(method) ? 'content-length: 0\r\n' : '';
}

/** `middle` begins with a space, unless it begins with the node's own query. */
function withQuery(path: string, middle: string): string {
  if (middle.startsWith(' ')) return path + middle;
  return `${path}${path.includes('?') ? '&' : '?'}${middle}`;
}

/** The body of a record that was read before, and is created again. */
function restored(request: NodeRequest, dialect: Dialect): string | Buffer | undefined {
  if (request.kind !== 'create' || dialect.delete.restore === 'template') return undefined;
  // It is not written before its body has come; until then it is no request for a new record.
  const { stored, encoding, body = stored === true ? '' : undefined } = request;
  return body === undefined || encoding === undefined ? body : Buffer.from(body, encoding);
}

/** @throws if it would be more than one header */
function ifMatch(tag: string | undefined): string {
  if (tag === undefined) return '';
  if (!isStrongTag(tag)) throw new Error(`not an entity tag: ${tag}`);
  return `if-match: ${tag}\r\n`;
}

/** The owner mark of the request: of the new record, or of the one that may be deleted. */
function tokenOf(request: NodeRequest): string | undefined {
  if (request.kind === 'create') return request.token;
  return request.kind === 'delete' ? request.guard : undefined;
}
