/** A simulated node: its records, and its answers to requests that reach it. */
import { createHash } from 'node:crypto';
import type { NodeRequest } from '../../src/core/model.ts';
import { SMALL_BODY_MAX } from '../../src/core/stored-bodies.ts';
import type { StoredRecord } from './happening.ts';
import type { NodePlan } from './plan.ts';

/** An answer on its way. */
export interface Http {
  readonly status: number;
  readonly body: string;
  readonly retryAfter?: string;
  readonly fields?: ReadonlyMap<string, readonly string[]>;
}

export interface Effect {
  readonly http: Http;
  readonly before: StoredRecord | undefined;
  readonly after: StoredRecord | undefined;
}

interface Asker {
  readonly groupId: string;
  /** The command that sent the request, and the text of its record. */
  readonly by: number;
  readonly record: string | undefined;
}

export class SimNode {
  readonly plan: NodePlan;
  readonly records = new Map<string, StoredRecord>();
  readonly #tokens: boolean;

  constructor(plan: NodePlan, tokens: boolean) {
    this.plan = plan;
    this.#tokens = tokens;
    for (const [index, groupId] of plan.standing.entries()) {
      this.records.set(groupId, foreign(groupId, index, tokens));
    }
  }

  handle(request: NodeRequest, { groupId, by, record }: Asker): Effect {
    const before = this.records.get(groupId);
    switch (request.kind) {
      case 'read':
        return { http: this.#show(before, groupId), before, after: before };
      case 'create': {
        if (before !== undefined) return { http: EXISTS, before, after: before };
        const token = this.#tokens ? request.token : undefined;
        const after: StoredRecord = {
          body: request.body ?? bodyOf(groupId, record),
          token,
          by,
        };
        this.records.set(groupId, after);
        return { http: CREATED, before, after };
      }
      case 'delete': {
        if (before === undefined || this.#isAnothers(before, request.guard)) {
          return { http: this.#missing(groupId), before, after: before };
        }
        if (request.tag !== undefined && request.tag !== tagOf(before)) {
          return { http: TAG_DIFFERS, before, after: before };
        }
        this.records.delete(groupId);
        const http = this.plan.missing === 204 ? NO_CONTENT : DELETED;
        return { http, before, after: undefined };
      }
    }
  }

  /** A write of another client. */
  meddle(kind: 'create' | 'replace' | 'delete', groupId: string, mark: number): boolean {
    if (this.records.has(groupId) === (kind === 'create')) return false;
    this.records.delete(groupId);
    if (kind !== 'delete') this.records.set(groupId, foreign(groupId, mark, this.#tokens));
    return true;
  }

  /** Its answer to the delete of a missing record. */
  #missing(groupId: string): Http {
    switch (this.plan.missing) {
      case 404:
        return this.#notFound(groupId);
      case 204:
        return NO_CONTENT;
      case 200:
        return DELETED;
      case 400:
        return { status: 400, body: "Perhaps the object doesn't exist." };
    }
  }

  /** With the proof of its dialect. */
  #notFound(groupId: string): Http {
    const message = this.#tokens ? `No group record found with id '${groupId}'` : 'Not found';
    return { status: 404, body: JSON.stringify({ message, status: 404 }) };
  }

  #isAnothers({ token }: StoredRecord, guard: string | undefined): boolean {
    return this.#tokens && guard !== undefined && Number(guard) !== Number(token);
  }

  #show(record: StoredRecord | undefined, groupId: string): Http {
    if (record === undefined) return this.#notFound(groupId);
    if (!this.plan.shows) {
      const fields = new Map([['etag', [tagOf(record)]]]);
      return { status: 200, body: record.body, fields };
    }
    const shown = { ...(JSON.parse(record.body) as object), timestamp: Number(record.token) };
    return { status: 200, body: JSON.stringify(shown) };
  }
}

/** Of a new record. */
export function bodyOf(groupId: string, record: string | undefined): string {
  const key = JSON.stringify({ groupId });
  return record === undefined ? key : `${key.slice(0, -1)},"data":${record}}`;
}

/** Of its content alone: a record that is restored has the same one. */
function tagOf({ body }: StoredRecord): string {
  return `"${createHash('sha1').update(body).digest('hex')}"`;
}

/** Every second one is too large to stay in memory. */
function foreign(groupId: string, mark: number, tokens: boolean): StoredRecord {
  const text = mark % 2 === 0 ? {} : { text: 'ü'.repeat(SMALL_BODY_MAX) };
  const body = JSON.stringify({ groupId, mark, ...text });
  return { body, token: tokens ? `9${mark}.500000` : undefined, by: undefined };
}

const TAG_DIFFERS: Http = { status: 412, body: '' };
const CREATED: Http = { status: 201, body: 'CREATED' };
const EXISTS: Http = { status: 400, body: 'Perhaps the object exists.' };
const NO_CONTENT: Http = { status: 204, body: '' };
const DELETED: Http = { status: 200, body: 'DELETED' };
