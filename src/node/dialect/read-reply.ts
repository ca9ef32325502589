/**
 * The meaning of a complete HTTP response: one table, as one pure function.
 *
 * An exchange without a complete response (timeout, reset, truncation) never gets here: the client makes it `lost` or
 * `unsent`. The function never throws, whatever a node sends. It trusts no response that could be a proxy's: such a
 * response is `lost`, so that P4.2 waits for the request.
 */
import type { NodeReply, NodeReplyKind, NodeRequest } from '../../core/model.ts';
import { parseRetryAfter } from '../retry-after.ts';
import { contentDigest, isOtherContent, type Wanted } from './content/record-content.ts';
import type { Dialect, Rule } from './dialect.ts';
import { describeReply, shorten } from './last-response.ts';
import {
  type About,
  isExplicit,
  meets,
  provesAbsence,
  type Reply,
  readSuccess,
  strongTagOf,
} from './proof.ts';
import { isMarkup, parseRecord } from './record.ts';
import { restorationOf } from './restoration.ts';

export interface Asked extends About {
  readonly kind: NodeRequest['kind'];
  /** Takes secrets out of a text for people. */
  readonly redact?: ((text: string) => string) | undefined;
  /** Of a read, for a command that wants a record with content. */
  readonly wanted?: Wanted | undefined;
  /** Of a read for an audit: the digest of the content is wanted. */
  readonly isAudit?: boolean | undefined;
  /** Records have content, which is not for people: a success is told by its status. */
  readonly hidesRecords?: boolean;
}

export interface HttpReply extends Reply {
  /** The header, if sent. */
  readonly retryAfter?: string | undefined;
  /** See `Response.bytes`. */
  readonly bytes?: string | undefined;
  /** When it was complete, in ms of the wall clock: `Retry-After` may be a date. */
  readonly at: number;
}

type Meaning =
  | 'applied'
  | 'accepted'
  | 'exists'
  | 'gone'
  | 'perhaps'
  | 'unsure'
  | 'refused'
  | 'present'
  | 'absent';

/** The meanings that are tried, in this order. */
const MEANINGS: Readonly<Record<NodeRequest['kind'], readonly Meaning[]>> = {
  create: ['applied', 'accepted', 'exists', 'perhaps', 'unsure', 'refused'],
  delete: ['applied', 'accepted', 'gone', 'perhaps', 'unsure', 'refused'],
  read: ['present', 'absent', 'refused'],
};

/** A meaning, and the rule that gives it. */
interface Found {
  readonly meaning: Meaning;
  readonly rule: Rule;
}

export function readReply(dialect: Dialect, asked: Asked, http: HttpReply): NodeReply {
  const isHidden = asked.hidesRecords === true && isSuccess(http.status);
  const detail = isHidden ? hiddenReply(http) : describeReply(http, asked.redact);
  const found = find(dialect, asked, http);
  if (found === undefined) return unnamed(dialect, asked, { http, detail });
  const { meaning, rule } = found;
  switch (meaning) {
    case 'present':
      return readRecord(dialect, asked, { http, detail });
    case 'applied':
      return named(readApplied(dialect, asked, { rule, body: http.body }), detail);
    case 'accepted':
      return named(readAccepted(dialect, asked, { rule, body: http.body }), detail);
    case 'absent':
    case 'gone':
      if (provesAbsence(rule, http)) return { kind: meaning, detail };
      return unproven(asked, { http, detail });
    case 'exists':
      return { kind: 'perhaps', detail };
    default:
      return waiting(meaning, { http, detail });
  }
}

/** A rule that names more than a status comes first. */
function find(dialect: Dialect, asked: Asked, http: HttpReply): Found | undefined {
  const rules = dialect[asked.kind] as Readonly<Partial<Record<Meaning, readonly Rule[]>>>;
  let plain: Found | undefined;
  for (const meaning of MEANINGS[asked.kind]) {
    for (const rule of rules[meaning] ?? []) {
      if (!rule.status.includes(http.status)) continue;
      if (!isExplicit(rule)) plain ??= { meaning, rule };
      else if (meets(rule, http, asked)) return { meaning, rule };
    }
  }
  return plain;
}

/** No rule of the dialect holds: the rules for every node do. */
function unnamed(dialect: Dialect, asked: Asked, described: Described): NodeReply {
  const { kind } = asked;
  const { status } = described.http;
  const final: readonly Rule[] =
    kind === 'read'
      ? [...dialect.read.present, ...dialect.read.absent]
      : kind === 'delete'
        ? [...dialect.delete.applied, ...dialect.delete.gone]
        : dialect.create.applied;
  const isHalf = final.some((rule) => rule.status.includes(status));
  if (isHalf && (status === 404 || isSuccess(status))) return unproven(asked, described);
  return waiting(kind === 'read' ? generalRead(status) : generalMeaning(status), described);
}

interface Described {
  readonly http: HttpReply;
  readonly detail: string;
}

function waiting(kind: NodeReplyKind, { http, detail }: Described): NodeReply {
  if (kind !== 'unsure' && kind !== 'unreadable') return { kind, detail };
  const retryAfterMs = parseRetryAfter(http.retryAfter, http.at);
  return retryAfterMs === undefined ? { kind, detail } : { kind, detail, retryAfterMs };
}

/** The status would be final, but the proof is missing. */
function unproven({ kind }: Asked, { http, detail }: Described): NodeReply {
  // A success without words may have been the node's: only a read tells.
  if (kind === 'delete' && isSuccess(http.status) && http.body.trim() === '') {
    return { kind: 'unproven', detail };
  }
  return { kind: kind === 'read' ? 'unreadable' : 'lost', detail: withoutProof(detail) };
}

/** `404 without the node's proof: (HTML) Not Found`. */
function withoutProof(detail: string): string {
  const [status = '', ...words] = detail.split(' ');
  const start = `${status} without the node's proof`;
  return shorten(words.length === 0 ? start : `${start}: ${words.join(' ')}`);
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

/** `201 for another key (wrong dialect?): {"Name": "a469d6"}` */
function named(kind: NodeReplyKind, detail: string): NodeReply {
  if (kind !== 'misnamed') return { kind, detail };
  return { kind, detail: shorten(detail.replace(/^\d+/, '$& for another key (wrong dialect?):')) };
}

interface Success {
  readonly rule: Rule;
  readonly body: string;
}

function readApplied(dialect: Dialect, asked: Asked, given: Success): NodeReplyKind {
  const { kind } = asked;
  const success = successOf(dialect, asked, given);
  const isVerified = kind !== 'read' && dialect[kind].verify === 'read';
  if (success === 'proven') return isVerified ? 'unproven' : 'applied';
  if (isVerified && success === 'empty') return 'unproven';
  if (kind === 'delete') return success === 'empty' ? 'unproven' : 'lost';
  return success === 'other' ? 'misnamed' : 'lost';
}

/** The node says that it will do it; it may not. */
function readAccepted(dialect: Dialect, asked: Asked, given: Success): NodeReplyKind {
  const success = successOf(dialect, asked, given);
  if (success === 'other') return asked.kind === 'create' ? 'misnamed' : 'lost';
  return success === 'strange' ? 'lost' : 'deferred';
}

function successOf(
  { record, create, keys }: Dialect,
  { kind, groupId }: Asked,
  { rule, body }: Success,
): ReturnType<typeof readSuccess> {
  const key = kind === 'create' ? create.key : record.key;
  return readSuccess(rule, body, { place: { key, type: record.type, fold: keys.fold }, groupId });
}

function hiddenReply({ status, body }: HttpReply): string {
  return `${status} (${Buffer.byteLength(body)} bytes, hidden: they may contain the record)`;
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/**
 * Only a record of this very key counts. Markup and an empty body may be a proxy's; another body comes from the node,
 * which will show the same again.
 */
function readRecord(
  dialect: Dialect,
  { groupId, wanted, isAudit }: Asked,
  { http, detail }: Described,
): NodeReply {
  const place = {
    ...dialect.record,
    fold: dialect.keys.fold,
    groupId,
    mark: dialect.mark?.member ?? null,
  };
  const record = parseRecord(http, place);
  if (record === undefined) {
    const isProxy = http.body.trim() === '' || isMarkup(http.body);
    return { kind: isProxy ? 'unreadable' : 'malformed', detail };
  }
  const { token, ...shown } = record;
  const tag = dialect.delete.guard === null ? undefined : strongTagOf(http.fields);
  if (dialect.delete.guard !== null && tag === undefined) {
    const why = 'without a strong ETag, which delete.guard needs';
    return { kind: 'malformed', detail: shorten(`${http.status} ${why}`) };
  }
  const restored = restorationOf(shown, dialect.delete.restore, dialect.record.key);
  const { content = null } = dialect.record;
  const bytes = shown.encoding === undefined ? undefined : http.bytes;
  const digestOf = () => contentDigest(bytes ?? http.body, content, bytes !== undefined);
  const isWanted = wanted !== undefined && !isOtherContent(http.body, content, wanted);
  const isCompared = isAudit === true || wanted !== undefined;
  const digest = isWanted ? wanted.digest : isCompared ? digestOf() : undefined;
  return {
    kind: 'present',
    detail,
    ...restored,
    ...(token === undefined ? {} : { token }),
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { content: digest }),
  };
}
