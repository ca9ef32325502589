/**
 * One request of a client, from its bytes to a typed request and its sender. The order is a promise: the sender is
 * checked before anything else is done for the request.
 */
import type { Authorisation, Principal } from '../../clients/principal.ts';
import { roleOp } from '../../clients/role.ts';
import { type ErrorReply, errorReply } from '../../protocol/errors.ts';
import { type Frame, readFrame } from '../../protocol/frame/read-frame.ts';
import { parseValue } from '../../protocol/parse-request.ts';
import type { Request } from '../../protocol/request.ts';
import { isAct } from '../acts/act-of.ts';

export interface Reading {
  readonly frameBytesMax: number;
  /** Whether the client with this token may do this; see `authorise`. */
  readonly authorise: (token: string | undefined, op: string) => Authorisation;
  /** The identity of the journal: a request that names another one is refused. */
  readonly journalId: string;
}

export type ReadRequest =
  | { readonly ok: true; readonly request: Request; readonly principal: Principal }
  | { readonly ok: false; readonly reply: ErrorReply; readonly refused?: RefusedAct };

/** An operator's act that a known client may not do: the trail of acts has it, too. */
export interface RefusedAct {
  readonly request: Request;
  readonly principal: Principal;
}

export function readRequest(
  bytes: Buffer,
  { frameBytesMax, authorise, journalId }: Reading,
): ReadRequest {
  if (bytes.length > frameBytesMax) {
    const message = `${bytes.length} bytes; at most ${frameBytesMax} are read`;
    return { ok: false, reply: errorReply('too_large', message) };
  }
  const read = readFrame(bytes);
  if (!read.ok) return read;
  const { token } = read.frame;
  const { value, named } = withoutJournal(read.frame.value);
  const request = readValue(value, (op) => authorise(token, op));
  const isOther = request.ok && named !== undefined && named !== journalId;
  return isOther ? { ok: false, reply: otherJournal(request.request) } : request;
}

interface Named {
  readonly value: Frame['value'];
  /** What the client says in `journalId`; undefined: nothing. */
  readonly named?: unknown;
}

function withoutJournal(value: Frame['value']): Named {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'journalId'))
    return { value };
  const { journalId, ...rest }: { readonly journalId?: unknown } = value;
  return { value: rest, named: journalId };
}

function otherJournal(request: Request): ErrorReply {
  const id = 'id' in request ? request.id : undefined;
  return errorReply('invalid_request', 'this daemon has another journal than the one it names', {
    field: 'journalId',
    hint: 'All addresses of a client must lead to one journal: with another one a command would be executed again.',
    ...(id === undefined ? {} : { id }),
  });
}

/** @param value parsed JSON, without its token; `authorise` says whether its sender may do this */
export function readValue(
  value: Frame['value'],
  authorise: (op: string) => Authorisation,
): ReadRequest {
  const authorised = authorise(opOf(value));
  if (!authorised.ok) return { ok: false, reply: authorised.reply, ...actIn(value, authorised) };
  const parsed = parseValue(value);
  return parsed.ok ? { ...parsed, principal: authorised.principal } : parsed;
}

/** A client without a known token is not worth a look at its request. */
function actIn(
  value: Frame['value'],
  { principal }: Pick<Authorisation, 'principal'>,
): { readonly refused?: RefusedAct } {
  if (principal === undefined) return {};
  const parsed = parseValue(value);
  if (!parsed.ok || !isAct(parsed.request)) return {};
  return { refused: { request: parsed.request, principal } };
}

/** Not checked yet; empty for what is no op. */
function opOf(value: Frame['value']): string {
  if (typeof value !== 'object' || value === null) return '';
  const { op, id }: { readonly op?: unknown; readonly id?: unknown } = value;
  return typeof op === 'string' ? roleOp({ op, id }) : '';
}
