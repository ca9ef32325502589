/**
 * A node without a network, with the behaviour of real ones: records with owner marks, the answers
 * of the contract, and its faults. A lost request may have landed, may land later, or may never
 * land.
 */

import { compareBytes } from '../../../src/base/byte-order.ts';
import type { HealthSignal } from '../../../src/core/breaker/breaker.ts';
import type { NodeReply, NodeReplyKind, NodeRequest } from '../../../src/core/model.ts';
import type { NodePort } from '../../../src/executor/ports.ts';
import type { Subject } from '../../../src/node/dialect/codec.ts';
import type { KeyPage, NodeCount } from '../../../src/node/list/listing.ts';
import type { NodeReport } from '../../../src/protocol/answer.ts';
import type { HandClock } from './hand-clock.ts';

/**
 * `lost` before or after the effect; `late`: lost, and the effect comes `lateMs` after it was given
 * up; `hang`: no answer until it is given up, and no effect; `unsure`: a 500 before or after the
 * effect; `unsent`: no connection; `refused`: a 403; `malformed`: a read shows no record of the key; `slow`: the
 * right answer after a while.
 */
export type Fault =
  | 'lost'
  | 'lost-after'
  | 'late'
  | 'hang'
  | 'unsure'
  | 'unsure-after'
  | 'unsent'
  | 'refused'
  | 'malformed'
  | 'slow';

/** The failures of the node itself. A 403 is an answer. */
const BAD: ReadonlySet<NodeReplyKind> = new Set(['unsure', 'lost', 'unsent']);
function signalOf(kind: NodeReplyKind): HealthSignal {
  if (kind === 'malformed') return 'none';
  return BAD.has(kind) ? 'bad' : 'good';
}

const LATENCY_MS = 1;
const SLOW_MS = 200;
const LATE_MS = 3000;

interface StoredRecord {
  readonly body: string;
  readonly token: string;
}

export class SimNode implements NodePort {
  readonly records = new Map<string, StoredRecord>();
  /** Every exchange that has begun, in order. */
  readonly calls: {
    readonly groupId: string;
    readonly request: NodeRequest;
    readonly isUrgent: boolean;
  }[] = [];
  /** The faults of the next exchanges; then `otherwise`. */
  readonly faults: (Fault | undefined)[] = [];
  otherwise: (request: NodeRequest) => Fault | undefined = () => undefined;
  showsTokens = false;
  /** Its answer in place of a list of its keys. */
  listFault: string | undefined;
  /** It does not have that call. */
  isUnlisted = false;
  /** Exchanges under way, and the most there ever were of one key. */
  running = 0;
  readonly #busy = new Map<string, number>();
  busiestKey = 0;
  readonly #clock: HandClock;
  requestTimeoutMs: number;
  /** How long an exchange waits for a connection. */
  waitMs = 0;

  constructor(clock: HandClock, requestTimeoutMs = 1000) {
    this.#clock = clock;
    this.requestTimeoutMs = requestTimeoutMs;
  }

  exchange(
    sent: NodeRequest,
    { groupId, isUrgent = false, fetch }: Subject,
    done: (answer: NodeReply, sign: HealthSignal, tookMs: number) => void,
  ) {
    const startedAt = this.#clock.now() + this.waitMs;
    let request = sent;
    // It comes before the effect of the request.
    fetch?.((body) => {
      if (sent.kind === 'create') request = { ...sent, body };
    });
    this.calls.push({ groupId, request, isUrgent });
    this.#enter(groupId);
    const fault = this.faults.length > 0 ? this.faults.shift() : this.otherwise(request);
    let stop: () => void = () => {};
    let isOver = false;
    const end = (answer: NodeReply, sign = signalOf(answer.kind)) => {
      if (isOver) return;
      isOver = true;
      stop();
      this.#leave(groupId);
      queueMicrotask(() => done(answer, sign, this.#clock.now() - startedAt));
    };
    const giveUp = (detail: string, sign?: HealthSignal) => {
      if (!isOver && fault === 'late') this.#later(LATE_MS, () => this.#apply(request, groupId));
      end({ kind: 'lost', detail: detail }, sign);
    };
    if (fault === 'hang' || fault === 'late') {
      stop = this.#later(this.requestTimeoutMs, () => giveUp('timeout'));
    } else {
      const ms = this.waitMs + (fault === 'slow' ? SLOW_MS : LATENCY_MS);
      stop = this.#later(ms, () => end(this.#answer(request, groupId, fault)));
    }
    return { abort: () => giveUp('given up', 'none') };
  }

  count(): Promise<NodeCount> {
    const keys = [...this.records.keys()].sort();
    return Promise.resolve({ count: keys.length, digest: JSON.stringify(keys) });
  }

  keys(after: string, limit: number): Promise<KeyPage> {
    if (this.isUnlisted) return Promise.resolve({ error: '405 Not Allowed', isUnlisted: true });
    if (this.listFault !== undefined) return Promise.resolve({ error: this.listFault });
    const all = [...this.records.keys()].sort(compareBytes);
    const rest = all.filter((key) => compareBytes(key, after) > 0);
    return Promise.resolve({ keys: rest.slice(0, limit), more: rest.length > limit });
  }

  report(): NodeReport {
    return { calls: this.calls.length, answers: {} };
  }

  /** Requests that can change it, so far. */
  get mutations(): number {
    return this.calls.filter(({ request }) => request.kind !== 'read').length;
  }

  #answer(request: NodeRequest, groupId: string, fault: Fault | undefined): NodeReply {
    if (fault === 'unsent') return { kind: 'unsent', detail: 'ECONNREFUSED' };
    if (fault === 'unsure') return { kind: 'unsure', detail: '500' };
    if (fault === 'refused') return { kind: 'refused', detail: '403' };
    if (fault === 'malformed') return { kind: 'malformed', detail: '200 a text' };
    if (fault === 'lost') return { kind: 'lost', detail: 'reset' };
    const answer = this.#apply(request, groupId);
    if (fault === 'lost-after') return { kind: 'lost', detail: 'reset' };
    return fault === 'unsure-after' ? { kind: 'unsure', detail: '500' } : answer;
  }

  #apply(request: NodeRequest, groupId: string): NodeReply {
    const record = this.records.get(groupId);
    switch (request.kind) {
      case 'create':
        if (record !== undefined) return { kind: 'perhaps', detail: '400' };
        this.records.set(groupId, {
          body: request.body ?? JSON.stringify({ groupId }),
          token: request.token,
        });
        return { kind: 'applied', detail: '201' };
      case 'delete': {
        const isGuarded = request.guard !== undefined && record?.token !== request.guard;
        if (record === undefined || isGuarded) return { kind: 'gone', detail: '404' };
        this.records.delete(groupId);
        return { kind: 'applied', detail: '200' };
      }
      case 'read':
        return record === undefined
          ? { kind: 'absent', detail: '404' }
          : {
              kind: 'present',
              detail: '200',
              body: record.body,
              ...(this.showsTokens ? { token: record.token } : {}),
            };
    }
  }

  #later(ms: number, act: () => void): () => void {
    return this.#clock.at(this.#clock.now() + ms, act);
  }

  #enter(groupId: string): void {
    this.running++;
    const busy = (this.#busy.get(groupId) ?? 0) + 1;
    this.#busy.set(groupId, busy);
    this.busiestKey = Math.max(this.busiestKey, busy);
  }

  #leave(groupId: string): void {
    this.running--;
    this.#busy.set(groupId, (this.#busy.get(groupId) ?? 1) - 1);
  }
}
