/**
 * One node, called as the daemon calls it: the same bytes, credentials, certificates and limits. Its
 * answers are kept as they came, beside their meaning in the dialect.
 */
import type { Settings } from '../../../config/schema.ts';
import type { NodeRequest } from '../../../core/model.ts';
import type { Dialect } from '../../../node/dialect/dialect.ts';
import { describeReply } from '../../../node/dialect/last-response.ts';
import type { Response } from '../../../node/http/response-reader.ts';
import { SKIPPED_SHOWN_MAX } from '../../../node/list/list-page.ts';
import { listKeys } from '../../../node/list/listing.ts';
import type { NodeClient } from '../../../node/node-client.ts';
import type { RawReply } from '../../../node/raw-call.ts';
import type { WrittenRecord } from '../../../protocol/record/record.ts';
import { clientOf, lookUpName } from '../node-client.ts';

export interface Answered extends RawReply {
  /** Status and words, for people. */
  readonly words: string;
}

export interface Silent {
  readonly kind: 'silent';
  readonly why: string;
  /** The node may have read the request, and may still act on it. */
  readonly isSent: boolean;
}

export type Heard = Answered | Silent;

/** The list of a node. */
export interface Listed {
  readonly keys: ReadonlySet<string>;
  /** Why the list is missing or incomplete; undefined: it is complete. */
  readonly error: string | undefined;
  /** Items of it that have no key: a few of them. */
  readonly skipped: readonly string[];
  /** The first page that came, as it came. */
  readonly page: Response | undefined;
}

export type NodeAccess = Settings['nodes'][number];

export interface CanaryTerms {
  readonly settings: Settings;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly key: string;
  /** The content of the record, as it is sent; absent: it has none. */
  readonly record?: WrittenRecord | undefined;
}

const PAGE_KEYS = 1000;
const PAGES_MAX = 1000;
const TOO_LONG = `the list has more than ${PAGES_MAX.toLocaleString('en')} pages`;

export class CanaryNode {
  readonly access: NodeAccess;
  readonly key: string;
  readonly dialect: Dialect;
  /** The text of the record's content. */
  readonly record: string | undefined;
  readonly digest: string | undefined;
  readonly #client: NodeClient;
  /** The entity tag of the record, if the last read showed one. */
  #tag: string | undefined;

  readonly #terms: CanaryTerms;

  constructor(access: NodeAccess, terms: CanaryTerms) {
    const { settings, env, key } = terms;
    const { dialect } = settings;
    this.access = access;
    this.key = key;
    this.dialect = dialect;
    this.record = terms.record?.text;
    this.digest = terms.record?.digest;
    this.#terms = terms;
    this.#client = clientOf(access, { dialect, env, connections: 1 });
  }

  /** Looks up its name: no call is possible before. */
  open(): Promise<void> {
    return lookUpName(this.#client);
  }

  close(): void {
    this.#client.close();
  }

  async ask(asked: NodeRequest, key = this.key): Promise<Heard> {
    const isOwn = key === this.key;
    // As the daemon does it: a delete is guarded by the tag that the read before it showed.
    const tag = isOwn && asked.kind === 'delete' ? this.#tag : undefined;
    const request = tag === undefined ? asked : { ...asked, tag };
    // Another record than the canary has a content that nobody knows.
    const { record, digest } = this;
    const subject = isOwn ? { groupId: key, record, digest } : { groupId: key };
    const ending = await this.#client.ask(request, subject);
    if (ending.kind === 'answered') {
      if (isOwn && asked.kind === 'read') this.#tag = ending.reply.tag;
      return { ...ending, words: this.words(ending.response) };
    }
    return { kind: 'silent', why: this.redact(ending.detail), isSent: ending.kind === 'lost' };
  }

  /** The whole list; undefined: its dialect has none, or a stop came before its end. */
  async list(stop: AbortSignal): Promise<Listed | undefined> {
    const { list } = this.dialect;
    if (list === null) return undefined;
    let first: Response | undefined;
    let pages = 0;
    const source = {
      options: this.#client.options,
      list: async (path: string, bytesMax: number) => {
        stop.throwIfAborted();
        if (++pages > PAGES_MAX) throw new Error(TOO_LONG);
        const page = await this.#client.list(path, bytesMax);
        first ??= page;
        return page;
      },
    };
    const keys = new Set<string>();
    const skipped: string[] = [];
    for (let after = ''; ; ) {
      const page = await listKeys(source, list, { after, limit: PAGE_KEYS });
      if (stop.aborted) return undefined;
      if ('error' in page) return { keys, skipped, error: this.redact(page.error), page: first };
      skipped.push(...(page.skipped ?? []).slice(0, SKIPPED_SHOWN_MAX - skipped.length));
      for (const key of page.keys) keys.add(key);
      after = page.keys.at(-1) ?? after;
      if (!page.more) return { keys, skipped, error: undefined, page: first };
    }
  }

  /** DELETE to `read.path`, as many APIs have it, in place of the dialect's delete. */
  async deleteWhereRead(): Promise<Heard> {
    const { dialect } = this;
    const { path, headers } = dialect.read;
    const remove = { ...dialect.delete, method: 'DELETE', path, headers, body: null } as const;
    const settings = { ...this.#terms.settings, dialect: { ...dialect, delete: remove } };
    const other = new CanaryNode(this.access, { ...this.#terms, settings });
    try {
      await other.open();
      return await other.ask({ kind: 'delete' });
    } finally {
      other.close();
    }
  }

  words(response: Response): string {
    return describeReply(response, (text) => this.redact(text));
  }

  redact(text: string): string {
    return this.#client.redact(text);
  }
}
