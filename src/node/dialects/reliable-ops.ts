/** Nodes that keep an owner mark with each record: the `timestamp` header. */
import type { Dialect } from '../dialect/dialect.ts';

export const reliableOps: Dialect = {
  name: 'reliable-ops',
  proof: 'key',
  tokens: true,
  tokenHeader: 'timestamp',
  nodeHeader: true,
  create: {
    method: 'POST',
    path: '/group',
    sendsBody: true,
    statuses: { applied: [201], perhaps: [400, 409], unsure: [] },
  },
  delete: {
    method: 'DELETE',
    path: '/group',
    sendsBody: true,
    statuses: { applied: [200], gone: [404], perhaps: [400, 409], unsure: [] },
  },
  read: {
    method: 'GET',
    path: '/group/{groupId}',
    sendsBody: false,
    statuses: { present: [200], absent: [404] },
  },
  list: { path: '/group?after={after}&limit={limit}' },
  stats: { path: '/stats' },
  forbiddenCharacters: '/',
};
