/**
 * What a complete HTTP answer means: one table, as one pure function.
 *
 * It is asked only about answers that came in whole; what did not (timeout, reset, truncation) is
 * `lost`, or `unsent`, by the client's own word. It never throws, whatever a node says, and it
 * trusts nothing that could be the word of a proxy: what is not surely an answer of the node is
 * `lost`, so that P4.2 waits for it.
 */
import type { NodeReply, NodeReplyKind, NodeRequest } from '../../core/model.ts';
import { parseRetryAfter } from '../retry-after.ts';
import type { CreateMeaning, DeleteMeaning, Dialect, ReadMeaning } from './dialect.ts';
import { describeReply } from './last-response.ts';
import { provesAbsence, readSuccess } from './proof.ts';
import { parseRecord } from './record.ts';

export interface Asked {
  readonly kind: NodeRequest['kind'];
  readonly groupId: string;
}

export interface HttpReply {
  /** Decoded as UTF-8. */
  readonly body: string;
  readonly status: number;
  /** The header, if sent. */
  readonly retryAfter?: string | undefined;
  /** When it was complete, in ms of the wall clock: `Retry-After` may be a date. */
  readonly at: number;
}

export function readReply(dialect: Dialect, asked: Asked, http: HttpReply): NodeReply {
  const detail = describeReply(http.status, http.body);
  const kind = meaningOf(dialect, asked, http.status);
  if (kind === 'present') return readRecord(dialect, asked, { http, detail });
  if (kind === 'applied') return { kind: readApplied(dialect, asked, http.body), detail };
  if (kind === 'absent' || kind === 'gone') {
    if (provesAbsence(dialect.proof, http, asked.groupId)) return { kind, detail };
    // A success without words may have been the node's: only a read tells.
    if (isSuccess(http.status)) return { kind: 'unproven', detail };
    const unproven = `${http.status} without the node's proof`;
    return { kind: kind === 'absent' ? 'unreadable' : 'lost', detail: unproven };
  }
  if (kind !== 'unsure' && kind !== 'unreadable') return { kind, detail };
  const retryAfterMs = parseRetryAfter(http.retryAfter, http.at);
  return retryAfterMs === undefined ? { kind, detail } : { kind, detail, retryAfterMs };
}

/** The dialect's own word about a status, else the general one. */
function meaningOf(dialect: Dialect, asked: Asked, status: number): NodeReplyKind {
  const { statuses } = dialect[asked.kind];
  for (const meaning in statuses) {
    const named = statuses[meaning as keyof typeof statuses] as readonly number[];
    if (named.includes(status)) return meaning as CreateMeaning | DeleteMeaning | ReadMeaning;
  }
  return asked.kind === 'read' ? generalRead(status) : generalMeaning(status);
}

/**
 * What holds for every node. 502 and 504 are a proxy's; a 2xx that the dialect does not name may be
 * anybody's, and so may a 404: a proxy's that has no route, or the node's that has no such path. No
 * answer of the node (P4.2).
 */
function generalMeaning(status: number): 'refused' | 'unsure' | 'lost' {
  if (status === 404 || status === 502 || status === 504) return 'lost';
  if (status === 408 || status === 425 || status === 429) return 'unsure';
  if (status >= 500 && status < 600) return 'unsure';
  return status >= 300 && status < 500 ? 'refused' : 'lost';
}

/** A redirect or a 4xx will not turn into a record by asking again; the rest may. */
function generalRead(status: number): 'refused' | 'unreadable' {
  return generalMeaning(status) === 'refused' ? 'refused' : 'unreadable';
}

function readApplied({ proof }: Dialect, { kind, groupId }: Asked, body: string): NodeReplyKind {
  const success = readSuccess(proof, body, groupId);
  if (success === 'proven') return 'applied';
  if (kind === 'delete') return success === 'empty' ? 'unproven' : 'lost';
  return success === 'other' ? 'misnamed' : 'lost';
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** Only a record of this very key counts; all else will be asked again. */
function readRecord(
  dialect: Dialect,
  { groupId }: Asked,
  { http, detail }: { http: HttpReply; detail: string },
): NodeReply {
  const record = parseRecord(http.body, { groupId, tokenMember: dialect.tokenHeader });
  if (record === undefined) return { kind: 'unreadable', detail };
  const { body, token } = record;
  return token === undefined
    ? { kind: 'present', detail, body }
    : { kind: 'present', detail, body, token };
}
