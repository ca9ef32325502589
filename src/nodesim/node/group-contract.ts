/**
 * The contract of the /group calls: the effect of a request on a node and its answer, without
 * faults. The original checks in this order: timestamp, node, body, record. Called by
 * group-node.ts, which adds faults; uses the store.
 */

import type { DeleteMissingStatus } from '../faults/schema.ts';
import {
  BAD_REQUEST,
  BODY_MISSING,
  CREATED,
  DELETED,
  errorReply,
  GROUP_ID_MISSING,
  INTERNAL_ERROR,
  jsonReply,
  nodeUnknown,
  recordReply,
  type SimReply,
  textReply,
} from './answers.ts';
import type { GroupRequest, ListRequest } from './group-request.ts';
import { parsePythonFloat, pythonFloatText } from './python-float.ts';
import type { Store } from './store.ts';

export interface ContractSettings {
  readonly name: string;
  showTokens: boolean;
  deleteMissing: DeleteMissingStatus;
}

const EXISTS = errorReply(400, 'Perhaps the object exists.');
const CHALLENGE_EXISTS = errorReply(400, 'Bad request. Perhaps the object exists.');
const CHALLENGE_NOT_FOUND = errorReply(404, 'Not found');
const CHALLENGE_MISSING: Readonly<Record<DeleteMissingStatus, SimReply>> = {
  404: CHALLENGE_NOT_FOUND,
  200: DELETED,
  204: textReply(204, ''),
  400: errorReply(400, "Bad request. Perhaps the object doesn't exist."),
};

/** Executes the request and returns the node's answer. */
export function perform(request: GroupRequest, store: Store, settings: ContractSettings): SimReply {
  const timestamp = readTimestamp(request);
  if (timestamp === undefined) return INTERNAL_ERROR;
  if (request.node !== undefined && request.node !== settings.name) {
    return nodeUnknown(request.node, [settings.name]);
  }
  if (request.method === 'read') return read(request, store, settings);
  const body = readBody(request.body);
  if (!body.ok) return body.answer;
  return request.method === 'create'
    ? create({ key: body.key, timestamp, request, store })
    : remove({ key: body.key, timestamp, request, store, settings });
}

export function list(request: ListRequest, store: Store, name: string): SimReply {
  if (request.node !== undefined && request.node !== name) {
    return nodeUnknown(request.node, [name]);
  }
  const groups = store.page(request.after, request.limit + 1);
  if (groups.length <= request.limit) return jsonReply(200, { groups });
  groups.length = request.limit;
  return jsonReply(200, { groups, next: groups.at(-1) });
}

/** null: no owner mark (0 and an empty header mean none too). undefined: unreadable. */
export function readTimestamp(request: GroupRequest): number | null | undefined {
  if (request.dialect === 'challenge') return null;
  if (request.timestamp === undefined || request.timestamp === '') return null;
  const value = parsePythonFloat(request.timestamp);
  return value === 0 ? null : value;
}

type Body =
  | { readonly ok: true; readonly key: string }
  | { readonly ok: false; readonly answer: SimReply };

/** The record's key from a body; the content type is ignored. */
export function readBody(text: string | undefined): Body {
  let body: unknown;
  try {
    body = JSON.parse(text ?? '');
  } catch {
    return { ok: false, answer: BAD_REQUEST };
  }
  if (body === null) return { ok: false, answer: BODY_MISSING };
  if (typeof body !== 'object') {
    // In the original, a text that contains the name is searched, and other scalars fail.
    const absent = typeof body === 'string' && !body.includes('groupId');
    return { ok: false, answer: absent ? GROUP_ID_MISSING : INTERNAL_ERROR };
  }
  if (Array.isArray(body)) {
    return { ok: false, answer: body.includes('groupId') ? INTERNAL_ERROR : GROUP_ID_MISSING };
  }
  if (!Object.hasOwn(body, 'groupId')) return { ok: false, answer: GROUP_ID_MISSING };
  const key = keyOf((body as { groupId: unknown }).groupId);
  return key === undefined ? { ok: false, answer: INTERNAL_ERROR } : { ok: true, key };
}

/** The type is not checked: a number counts as its text, true and false as 1 and 0. */
function keyOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? value : undefined;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? '1' : '0';
  return undefined;
}

interface Change {
  readonly key: string;
  readonly timestamp: number | null;
  readonly request: GroupRequest;
  readonly store: Store;
}

function create({ key, timestamp, request, store }: Change): SimReply {
  if (store.find(key) !== undefined) {
    return request.dialect === 'challenge' ? CHALLENGE_EXISTS : EXISTS;
  }
  // NaN equals nothing, so such a record has no owner; the file can't store NaN.
  store.insert(key, Number.isNaN(timestamp) ? null : timestamp);
  return CREATED;
}

function remove(change: Change & { readonly settings: ContractSettings }): SimReply {
  const { key, timestamp, request, store, settings } = change;
  const record = store.find(key);
  if (record !== undefined && (timestamp === null || record.timestamp === timestamp)) {
    store.remove(key);
    return DELETED;
  }
  if (request.dialect === 'challenge') return CHALLENGE_MISSING[settings.deleteMissing];
  const owner = timestamp === null ? '' : ` and timestamp '${pythonFloatText(timestamp)}'`;
  return errorReply(404, `No group record found with id '${key}'${owner}`);
}

function read(request: GroupRequest, store: Store, settings: ContractSettings): SimReply {
  const record = store.find(request.key);
  if (record === undefined) {
    return request.dialect === 'challenge'
      ? CHALLENGE_NOT_FOUND
      : errorReply(404, `No group record found with id '${request.key}'`);
  }
  const { timestamp } = record;
  return recordReply(
    settings.showTokens && timestamp !== null
      ? { groupId: request.key, timestamp }
      : { groupId: request.key },
  );
}
