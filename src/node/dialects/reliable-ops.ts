/** Nodes that keep an owner mark with each record: the `timestamp` header. */
import type { Dialect, Rule } from '../dialect/dialect.ts';

/** An error in JSON that repeats its status and holds the asked key in quotes. */
const NOT_FOUND: Rule = {
  status: [404],
  json: { '/status': [404], '/message': [`*'{key}'*`, '*"{key}"*'] },
};

export const reliableOps: Dialect = {
  name: 'reliable-ops',
  keys: { pattern: null, bytesMax: null, forbidden: '/', fold: null },
  record: { key: '/groupId', type: 'text' },
  mark: { header: 'timestamp', member: 'timestamp' },
  headers: { node: '{node}' },
  create: {
    method: 'POST',
    path: '/group',
    headers: {},
    body: { json: { groupId: '{key}' } },
    contentType: 'application/json',
    key: '/groupId',
    applied: [{ status: [201] }],
    accepted: [],
    exists: [],
    perhaps: [{ status: [400, 409] }],
    unsure: [],
    refused: [],
    verify: null,
  },
  delete: {
    method: 'DELETE',
    path: '/group',
    headers: {},
    body: { json: { groupId: '{key}' } },
    contentType: 'application/json',
    applied: [{ status: [200] }],
    accepted: [],
    gone: [NOT_FOUND],
    perhaps: [{ status: [400, 409] }],
    unsure: [],
    refused: [],
    verify: null,
    restore: 'exact',
    guard: null,
  },
  read: {
    method: 'GET',
    path: '/group/{key}',
    headers: {},
    present: [{ status: [200] }],
    absent: [NOT_FOUND],
    refused: [],
  },
  list: {
    path: '/group?after={after}&limit={limit}',
    items: '/groups',
    key: '',
    paging: { by: 'after', next: '/next' },
    sorted: true,
    // A page of a thousand keys of the longest kind is a megabyte, and thrice that with every character escaped.
    bytesMax: 4 * 1024 * 1024,
  },
  stats: { path: '/stats' },
  health: { method: 'GET', path: '/ping', root: true, status: [200], text: 'PONG' },
  quiesceMs: null,
  limits: {},
};
