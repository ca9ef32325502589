/**
 * Nodes without headers or owner marks. Paths end with a slash. What they say
 * to a delete of a missing record is not documented: 404, 200, 204 and 400 have been seen.
 */
import type { Dialect } from '../dialect/dialect.ts';

export const challenge: Dialect = {
  name: 'challenge',
  proof: 'words',
  tokens: false,
  tokenHeader: null,
  nodeHeader: false,
  create: {
    method: 'POST',
    path: '/group/',
    sendsBody: true,
    statuses: { applied: [201], perhaps: [400, 409], unsure: [] },
  },
  delete: {
    method: 'DELETE',
    path: '/group/',
    sendsBody: true,
    statuses: { applied: [200, 204], gone: [404], perhaps: [400, 409], unsure: [] },
  },
  read: {
    method: 'GET',
    path: '/group/{groupId}/',
    sendsBody: false,
    statuses: { present: [200], absent: [404] },
  },
  list: null,
  stats: null,
  forbiddenCharacters: '/',
};
