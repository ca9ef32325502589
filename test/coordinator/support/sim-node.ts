/**
 * A node without a network, as nodes are: records with owner marks, the answers of the contract, and
 * the ways it fails. What is lost may have landed, may land later, or may never.
 */
import type { Sign } from '../../../src/core/breaker.ts';
import type { Answer, AnswerKind, Request } from '../../../src/core/model.ts';
import type { NodePort } from '../../../src/executor/ports.ts';
import type { KeyPage, NodeCount } from '../../../src/node/listing.ts';
import type { NodeReport } from '../../../src/protocol/answer.ts';
import { compareBytes } from '../../../src/protocol/byte-order.ts';
import type { HandClock } from './hand-clock.ts';

/**
 * `lost` before or after the effect; `late`: lost, and the effect comes `lateMs` after it was given
 * up; `hang`: no answer until it is given up, and no effect; `unsure`: a 500 before or after the
 * effect; `unsent`: no connection; `refused`: a 403; `slow`: the right answer after a while.
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
  | 'slow';

/** What the node is to blame for. A 403 is an answer. */
const BAD: ReadonlySet<AnswerKind> = new Set(['unsure', 'lost', 'unsent']);
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
  readonly calls: { readonly groupId: string; readonly request: Request }[] = [];
  /** What befalls the next exchanges; then `otherwise`. */
  readonly faults: (Fault | undefined)[] = [];
  otherwise: (request: Request) => Fault | undefined = () => undefined;
  showsTokens = false;
  /** What it says in place of a list of its keys. */
  listFault: string | undefined;
  /** It knows no such call. */
  isUnlisted = false;
  /** Exchanges under way, and the most there ever were of one key. */
  running = 0;
  readonly #busy = new Map<string, number>();
  busiestKey = 0;
  readonly #clock: HandClock;
  readonly #requestTimeoutMs: number;

  constructor(clock: HandClock, requestTimeoutMs = 1000) {
    this.#clock = clock;
    this.#requestTimeoutMs = requestTimeoutMs;
  }

  exchange(
    request: Request,
    groupId: string,
    done: (answer: Answer, sign: Sign, tookMs: number) => void,
  ) {
    const startedAt = this.#clock.now();
    this.calls.push({ groupId, request });
    this.#enter(groupId);
    const fault = this.faults.length > 0 ? this.faults.shift() : this.otherwise(request);
    let stop: () => void = () => {};
    let isOver = false;
    const end = (answer: Answer, sign: Sign = BAD.has(answer.kind) ? 'bad' : 'good') => {
      if (isOver) return;
      isOver = true;
      stop();
      this.#leave(groupId);
      queueMicrotask(() => done(answer, sign, this.#clock.now() - startedAt));
    };
    const giveUp = (said: string, sign?: Sign) => {
      if (!isOver && fault === 'late') this.#later(LATE_MS, () => this.#apply(request, groupId));
      end({ kind: 'lost', said }, sign);
    };
    if (fault === 'hang' || fault === 'late') {
      stop = this.#later(this.#requestTimeoutMs, () => giveUp('timeout'));
    } else {
      const ms = fault === 'slow' ? SLOW_MS : LATENCY_MS;
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

  #answer(request: Request, groupId: string, fault: Fault | undefined): Answer {
    if (fault === 'unsent') return { kind: 'unsent', said: 'ECONNREFUSED' };
    if (fault === 'unsure') return { kind: 'unsure', said: '500' };
    if (fault === 'refused') return { kind: 'refused', said: '403' };
    if (fault === 'lost') return { kind: 'lost', said: 'reset' };
    const answer = this.#apply(request, groupId);
    if (fault === 'lost-after') return { kind: 'lost', said: 'reset' };
    return fault === 'unsure-after' ? { kind: 'unsure', said: '500' } : answer;
  }

  #apply(request: Request, groupId: string): Answer {
    const record = this.records.get(groupId);
    switch (request.kind) {
      case 'create':
        if (record !== undefined) return { kind: 'perhaps', said: '400' };
        this.records.set(groupId, { body: request.body, token: request.token });
        return { kind: 'applied', said: '201' };
      case 'delete': {
        const isGuarded = request.guard !== undefined && record?.token !== request.guard;
        if (record === undefined || isGuarded) return { kind: 'gone', said: '404' };
        this.records.delete(groupId);
        return { kind: 'applied', said: '200' };
      }
      case 'read':
        return record === undefined
          ? { kind: 'absent', said: '404' }
          : {
              kind: 'present',
              said: '200',
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
