/**
 * The records that surveys of deletes find: in memory only until the journal has them (core/stored-bodies.ts), and
 * again for the one request that restores them. Both are bounded: by `SurveyRoom`, and by the connections to nodes.
 */
import type { NodeReply, NodeRequest, Saga } from '../../core/model.ts';
import { surveyedAnew, withoutBodies } from '../../core/stored-bodies.ts';
import type { Subject } from '../../node/dialect/codec.ts';
import type { Order, Report } from '../../protocol/work.ts';
import type { Run } from '../run.ts';
import { SurveyRoom } from './survey-room.ts';

type Then = (body: string) => void;

/** It is read again. */
const NO_ROOM: NodeReply = {
  kind: 'unreadable',
  detail: 'waits for memory: deletes hold as many records as heldBytesMax allows',
};

export interface FoundRecordsOptions {
  /** Not bounded by default. */
  readonly heldBytesMax?: number;
  readonly report: (report: Report) => void;
  /** Lets a run that waited for room act. */
  readonly act: (run: Run) => void;
}

export class FoundRecords {
  readonly #report: (report: Report) => void;
  readonly #room: SurveyRoom<Run>;
  /** Requests that wait for a body of the journal, by command, then node: one a node at most. */
  readonly #fetches = new Map<number, Map<string, Then>>();

  constructor({ heldBytesMax: bytesMax = Infinity, report, act }: FoundRecordsOptions) {
    this.#report = report;
    this.#room = new SurveyRoom({ bytesMax, act });
  }

  /** Whether the run may send its next request now; else it acts again when there is room. */
  admits(run: Run): boolean {
    return !isFinding(run.saga) || this.#room.mayRead(run);
  }

  /** The reply as its saga gets it: without the record, if a survey has no room for that now. */
  admitted(run: Run, answer: NodeReply): NodeReply {
    const { body } = answer;
    if (body === undefined || !isFinding(run.saga)) return answer;
    return this.#room.take(run, Buffer.byteLength(body)) ? answer : NO_ROOM;
  }

  /** A survey that must ask a node again reads all again, if others wait for its room: it may take until its deadline (P6). */
  yield(run: Run, { kind }: NodeReply): void {
    if (kind === 'present' || kind === 'absent' || !isFinding(run.saga)) return;
    if (!this.#room.isWanted || !this.#room.has(run)) return;
    run.saga = surveyedAnew(run.saga);
    this.#room.leave(run);
  }

  /** The journal has confirmed entries: first of all the findings. */
  journaled(run: Run): void {
    if (!this.#room.has(run)) return;
    run.saga = withoutBodies(run.saga);
    this.#room.leave(run);
  }

  /** The subject of a request of this run. */
  subjectOf(run: Run, { node, request }: { node: string; request: NodeRequest }): Subject {
    if (request.kind !== 'create' || request.stored === undefined) return run.subject;
    return { ...run.subject, fetch: (then) => this.#fetch(run.saga.command.seq, node, then) };
  }

  #fetch(seq: number, node: string, then: Then): void {
    const own = this.#fetches.get(seq) ?? new Map<string, Then>();
    this.#fetches.set(seq, own.set(node, then));
    this.#report({ kind: 'fetch', seq, node });
  }

  /** The journal's answer. The request may have ended meanwhile: then nobody uses the body. */
  fetched({ seq, node, body }: Extract<Order, { kind: 'fetched' }>): void {
    const own = this.#fetches.get(seq);
    const then = own?.get(node);
    own?.delete(node);
    if (own?.size === 0) this.#fetches.delete(seq);
    then?.(body);
  }

  /** The command is settled. */
  forget(run: Run): void {
    this.#room.leave(run);
    this.#fetches.delete(run.saga.command.seq);
  }
}

/** A delete keeps the records that its survey finds. */
function isFinding({ state, command }: Saga): boolean {
  return state === 'accepted' && command.op === 'delete';
}
