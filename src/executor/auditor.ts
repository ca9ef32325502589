/**
 * The executor's part of an audit: compares pages of the nodes' lists, and reads single keys on all nodes. It
 * changes nothing and decides nothing; the coordinator does.
 *
 * Bounds (P9): few keys are read at once, so that sagas keep the nodes' connections. A node that does not answer
 * several times in a row is not asked again in the same look, so a look takes little more than one request
 * timeout, however many keys it has. A look at slow nodes ends before the coordinator gives it up; the rest of
 * its keys is reported as unread.
 */

import { compareBytes } from '../base/byte-order.ts';
import type { NodeReply } from '../core/model.ts';
import type { KeyPage } from '../node/list/listing.ts';
import type { NodeSighting } from '../protocol/answer.ts';
import type {
  Answered,
  Comparison,
  Order,
  SeenRecord,
  Sighting,
  Ticket,
} from '../protocol/work.ts';
import type { ExecutorPorts } from './ports.ts';

/** Keys read at once. */
const READS_AT_ONCE = 8;
const ATTEMPTS_MAX = 5;
const PAUSE_MS = 20;
/** Without lists every key is read: slowly, so that the nodes stay free for commands. */
const UNLISTED_READS_PER_SECOND = 100;
/** Missing answers in a row after which a node is left alone. */
const SILENCE_MAX = READS_AT_ONCE;
/** The longest look, ms: shorter than the coordinator waits. Reads under way are given up then. */
const LOOK_MS = 20_000;
/** The longest list, ms: shorter than the coordinator waits, so that its client reads which node it was. */
const LIST_MS = 28_000;
/** Texts of records in one answer, bytes. */
const RECORDS_BYTES_MAX = 8 * 1024 * 1024;
/** A list that fails sooner is requested again. */
const SLOW_LIST_MS = 1000;

interface Listed {
  readonly node: string;
  readonly page: KeyPage;
}

interface Look {
  readonly until: number;
  readonly records: 'text' | 'whether' | undefined;
  /** Left for texts of records, bytes. */
  bytesLeft: number;
  /** Between two reads on a node, ms. */
  readonly spaceMs: number;
  /** By node: when the next read may begin. */
  readonly nextAt: Map<string, number>;
  /** By node: missing answers in a row. */
  readonly silence: Map<string, number>;
}

export class Auditor {
  readonly #ports: ExecutorPorts;

  constructor(ports: ExecutorPorts) {
    this.#ports = ports;
  }

  compare({ after, limit, ticket }: Extract<Order, { kind: 'compare' }>): void {
    const { nodeNames, node } = this.#ports;
    const lists = nodeNames.map(async (name): Promise<Listed> => {
      const port = node(name);
      if (port.keys === undefined) {
        return { node: name, page: { error: 'no list call', isUnlisted: true } };
      }
      const list = this.#list(() => port.keys?.(after, limit));
      return { node: name, page: await this.#inTime(list) };
    });
    void Promise.all(lists).then((listed) =>
      this.#answer(ticket, { of: 'compare', comparison: comparisonOf(listed) }),
    );
  }

  look({ keys, ticket, isSlow, records }: Extract<Order, { kind: 'look' }>): void {
    const look: Look = {
      until: this.#ports.now() + LOOK_MS,
      records,
      bytesLeft: RECORDS_BYTES_MAX,
      spaceMs: isSlow === true ? 1000 / UNLISTED_READS_PER_SECOND : 0,
      nextAt: new Map(),
      silence: new Map(),
    };
    const sightings: Sighting[] = [];
    const queue = keys.entries();
    const read = async (): Promise<void> => {
      for (const [index, groupId] of queue) {
        sightings[index] = await this.#readOnAll(groupId, look);
      }
    };
    const readers = Array.from({ length: Math.min(READS_AT_ONCE, keys.length) }, read);
    void Promise.all(readers).then(() => this.#answer(ticket, { of: 'look', sightings }));
  }

  /** A node may refuse a list once, as any request; a node that hangs is not asked again. */
  async #list(list: () => Promise<KeyPage> | undefined): Promise<KeyPage> {
    const startedAt = this.#ports.now();
    for (let attempt = 1; ; attempt++) {
      const page = (await list()) ?? { error: 'no list call' };
      const late = this.#ports.now() - startedAt > SLOW_LIST_MS;
      if ('keys' in page || page.isUnlisted || attempt === ATTEMPTS_MAX || late) return page;
      await this.#pause(attempt);
    }
  }

  #inTime(list: Promise<KeyPage>): Promise<KeyPage> {
    const { now, at } = this.#ports;
    return new Promise((resolve) => {
      const error = `its list takes longer than ${LIST_MS / 1000} s`;
      const stopTimer = at(now() + LIST_MS, () => resolve({ error }));
      void list.then((page) => {
        stopTimer();
        resolve(page);
      });
    });
  }

  async #readOnAll(groupId: string, look: Look): Promise<Sighting> {
    const { nodeNames } = this.#ports;
    const reads = await Promise.all(
      nodeNames.map(async (name) => [name, await this.#read(name, groupId, look)] as const),
    );
    const nodes = Object.fromEntries(reads.map(([name, reply]) => [name, sightingOf(reply)]));
    const isNeeded = look.records !== undefined && differ(Object.values(nodes));
    return isNeeded ? { groupId, nodes, records: recordsIn(reads, look) } : { groupId, nodes };
  }

  async #read(name: string, groupId: string, look: Look): Promise<NodeReply> {
    const { until, silence } = look;
    for (let attempt = 1; ; attempt++) {
      await this.#waitFor(name, look);
      if ((silence.get(name) ?? 0) >= SILENCE_MAX) return unread('it does not answer');
      if (this.#ports.now() >= until) return unread('it was not read in time');
      const reply = await this.#exchange(name, groupId, look);
      const isSilent = reply.kind === 'lost' || reply.kind === 'unsent';
      silence.set(name, isSilent ? (silence.get(name) ?? 0) + 1 : 0);
      if (reply.kind === 'present' || reply.kind === 'absent' || attempt === ATTEMPTS_MAX)
        return reply;
      await this.#pause(attempt);
    }
  }

  /** Resolves when the next read on the node may begin. */
  async #waitFor(name: string, { spaceMs, nextAt }: Look): Promise<void> {
    if (spaceMs === 0) return;
    const now = this.#ports.now();
    const turn = Math.max(now, nextAt.get(name) ?? now);
    nextAt.set(name, turn + spaceMs);
    if (turn > now) await this.#until(turn);
  }

  /** Given up when the look ends, however long the node, or the wait for a connection to it, would take. */
  #exchange(name: string, groupId: string, { until, records }: Look): Promise<NodeReply> {
    return new Promise((resolve) => {
      const { node, at } = this.#ports;
      const subject = { groupId, isAudit: true, wantsRecord: records !== undefined };
      const read = node(name).exchange({ kind: 'read' }, subject, (answer) => {
        stopTimer();
        resolve(answer);
      });
      const stopTimer = at(until, () => read.abort());
    });
  }

  #pause(attempt: number): Promise<void> {
    const { now, random } = this.#ports;
    return this.#until(now() + PAUSE_MS * 2 ** attempt * (0.5 + random() / 2));
  }

  #until(time: number): Promise<void> {
    return new Promise((resolve) => {
      this.#ports.at(time, resolve);
    });
  }

  #answer(ticket: Ticket, value: Answered): void {
    this.#ports.report({ kind: 'answered', ticket, value });
  }
}

function sightingOf({ kind, token, content, detail }: NodeReply): NodeSighting {
  if (kind === 'absent') return { state: 'absent' };
  if (kind !== 'present') return { state: 'unknown', lastResponse: detail };
  return {
    state: 'present',
    ...(token === undefined ? {} : { owner: token }),
    ...(content === undefined ? {} : { content }),
  };
}

function unread(detail: string): NodeReply {
  return { kind: 'unsent', detail };
}

/** A repair may need a record: nodes lack it, or hold several contents. */
function differ(nodes: readonly NodeSighting[]): boolean {
  return new Set(nodes.map(({ state, content = '' }) => state + content)).size > 1;
}

function recordsIn(
  reads: readonly (readonly [string, NodeReply])[],
  look: Look,
): Readonly<Record<string, SeenRecord>> {
  const found: Record<string, SeenRecord> = {};
  // The first key of an answer always has room.
  const isFirst = look.bytesLeft === RECORDS_BYTES_MAX;
  for (const [name, { kind, record }] of reads) {
    if (kind !== 'present') continue;
    if (record === undefined) found[name] = { fault: 'unknown' };
    else if (look.records === 'whether') found[name] = { text: '' };
    else {
      const bytes = Buffer.byteLength(record);
      found[name] = isFirst || bytes <= look.bytesLeft ? { text: record } : { fault: 'full' };
      look.bytesLeft -= bytes;
    }
  }
  return found;
}

/** Merges the pages up to the end of the shortest. */
function comparisonOf(listed: readonly Listed[]): Comparison {
  const unlisted = listed.filter(({ page }) => 'error' in page && page.isUnlisted === true);
  if (unlisted.length > 0) return { kind: 'unlisted', nodes: unlisted.map(({ node }) => node) };
  const counts = new Map<string, number>();
  let upTo: string | undefined;
  for (const { node, page } of listed) {
    if ('error' in page) return { kind: 'failed', node, why: page.error };
    const last = page.more ? page.keys.at(-1) : undefined;
    if (last !== undefined && (upTo === undefined || compareBytes(last, upTo) < 0)) upTo = last;
    for (const key of page.keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const within = [...counts].filter(([key]) => upTo === undefined || compareBytes(key, upTo) <= 0);
  const keysOf = (isAgreed: boolean): readonly string[] =>
    within
      .filter(([, count]) => (count === listed.length) === isAgreed)
      .map(([key]) => key)
      .sort(compareBytes);
  const range = { agreed: keysOf(true), partial: keysOf(false) };
  return { kind: 'compared', ...range, ...(upTo === undefined ? {} : { upTo }) };
}
