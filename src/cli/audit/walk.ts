/**
 * Audits all keys, or given ones, request by request, at a pace that leaves the nodes free for
 * work: after each request it pauses for as long as that took, or as a rate demands. Keys that were
 * busy are checked again at the end, a few times.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AuditAnswer,
  type AuditFinding,
  isError,
  type LockstepClient,
} from '../../client/index.ts';
import type { ErrorReply } from '../../protocol/errors.ts';
import type { KeyItem } from '../bulk/keys.ts';
import { type Fault, isFault } from '../fault.ts';

/** Keys in one request. */
const CHUNK = 500;
const BUSY_ROUNDS = 5;
const BUSY_PAUSE_MS = 300;
/** Most busy or unjournaled keys that are remembered. */
const KEPT_MAX = 100_000;
const REST_MS_MAX = 5000;

export interface Walk {
  /** Undefined: all keys that nodes or journal know. */
  readonly keys: AsyncIterable<KeyItem> | undefined;
  readonly unknown: 'leave' | 'create' | 'delete';
  /** False: the journal is lost, and the nodes are compared with each other alone. */
  readonly journal: boolean;
  /** Also compare the contents of keys that all nodes hold. */
  readonly content: boolean;
  /** The node whose records count. */
  readonly right: string | undefined;
  /** Keys a second; undefined: pause as long as each request took. */
  readonly rate: number | undefined;
  readonly stop: AbortSignal;
  /** Called for each request, in order. */
  readonly onPage: (page: AuditAnswer) => Promise<void>;
}

export interface Walked {
  readonly checked: number;
  /** Keys with commands under way at every check. */
  readonly busy: number;
  /** Keys that all nodes hold and the journal does not know. */
  readonly unjournaled: ReadonlySet<string>;
  /** Nodes without a list, whose keys were read one by one. */
  readonly unlisted: readonly string[];
  /** False if some keys were not checked. */
  readonly isWhole: boolean;
  /** The error that ended it early. */
  readonly fault?: ErrorReply | Fault;
}

/** Invalid keys are skipped: no node can hold them. */
export async function walk(client: LockstepClient, job: Walk): Promise<Walked> {
  const walker = new Walker(client, job);
  let fault: Walked['fault'];
  try {
    fault = job.keys === undefined ? await walker.all() : await walker.given(chunksOf(job.keys));
    fault ??= await walker.busyOnes();
  } catch (error) {
    if (!isFault(error)) throw error;
    fault = error;
  }
  const { checked, busy, unjournaled, unlisted } = walker;
  const isWhole = fault === undefined && !job.stop.aborted;
  const ended = fault === undefined ? {} : { fault };
  return { checked, busy, unjournaled, unlisted, isWhole, ...ended };
}

class Walker {
  readonly unjournaled = new Set<string>();
  readonly #client: LockstepClient;
  readonly #job: Walk;
  #busy = new Set<string>();
  #checked = 0;
  readonly #unlisted = new Set<string>();

  constructor(client: LockstepClient, job: Walk) {
    this.#client = client;
    this.#job = job;
  }

  get checked(): number {
    return this.#checked;
  }

  get busy(): number {
    return this.#busy.size;
  }

  get unlisted(): readonly string[] {
    return [...this.#unlisted];
  }

  async all(): Promise<ErrorReply | undefined> {
    let after: string | undefined;
    do {
      const page = await this.#ask(after === undefined ? {} : { after });
      if (isError(page)) return page;
      after = page.next;
    } while (after !== undefined && !this.#job.stop.aborted);
    return undefined;
  }

  async given(chunks: AsyncIterable<readonly string[]>): Promise<ErrorReply | undefined> {
    for await (const keys of chunks) {
      if (this.#job.stop.aborted) return undefined;
      const page = await this.#ask({ keys: [...keys] });
      if (isError(page)) return page;
    }
    return undefined;
  }

  async busyOnes(): Promise<ErrorReply | undefined> {
    const checked = this.#checked;
    for (let round = 0; round < BUSY_ROUNDS && this.#busy.size > 0; round++) {
      await rest(BUSY_PAUSE_MS, this.#job.stop);
      if (this.#job.stop.aborted) return undefined;
      const again = [...this.#busy];
      this.#busy = new Set();
      for (let from = 0; from < again.length; from += CHUNK) {
        const page = await this.#ask({ keys: again.slice(from, from + CHUNK) });
        if (isError(page)) return page;
      }
    }
    // They have been counted already.
    this.#checked = checked;
    return undefined;
  }

  async #ask(
    what: { readonly after?: string } | { readonly keys: string[] },
  ): Promise<AuditAnswer | ErrorReply> {
    const { unknown, journal, content, right, rate, stop, onPage } = this.#job;
    const begun = performance.now();
    const lost = journal ? {} : { journal };
    const fields = {
      ...what,
      ...lost,
      unknown,
      content,
      ...(right === undefined ? {} : { right }),
    };
    const page = await this.#client.audit(fields, { persist: true });
    if (isError(page)) return page;
    const tookMs = performance.now() - begun;
    this.#checked += page.checked;
    for (const key of page.busy) if (this.#busy.size < KEPT_MAX) this.#busy.add(key);
    for (const key of page.unjournaled ?? [])
      if (this.unjournaled.size < KEPT_MAX) this.unjournaled.add(key);
    for (const node of page.unlisted ?? []) this.#unlisted.add(node);
    await onPage(page);
    // If no node is named, the daemon itself is slow.
    const usualMs = page.unlisted === undefined && !content ? tookMs : 0;
    const restMs = rate === undefined ? usualMs : (page.checked / rate) * 1000 - tookMs;
    await rest(rate === undefined ? Math.min(restMs, REST_MS_MAX) : restMs, stop);
    return page;
  }
}

async function* chunksOf(items: AsyncIterable<KeyItem>): AsyncGenerator<readonly string[], void> {
  let chunk: string[] = [];
  for await (const item of items) {
    if ('fault' in item) continue;
    chunk.push(item.key);
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** The keys as a source. */
export async function* itemsOf(
  findings: Iterable<Pick<AuditFinding, 'groupId'>>,
): AsyncGenerator<KeyItem, void> {
  for (const { groupId } of findings) yield { key: groupId };
}

async function rest(ms: number, stop: AbortSignal): Promise<void> {
  if (ms <= 0) return;
  await sleep(ms, undefined, { signal: stop }).catch((error: unknown) => {
    if (!stop.aborted) throw error;
  });
}
