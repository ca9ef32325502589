/**
 * Nodes without headers or owner marks. Paths end with a slash. What they say
 * to a delete of a missing record is not documented: 404, 200, 204 and 400 have been seen.
 */
import type { Dialect } from '../dialect/dialect.ts';
import { reliableOps } from './reliable-ops.ts';

export const challenge: Dialect = {
  ...reliableOps,
  name: 'challenge',
  mark: null,
  headers: {},
  create: { ...reliableOps.create, path: '/group/' },
  delete: {
    ...reliableOps.delete,
    path: '/group/',
    applied: [{ status: [200, 204] }],
    gone: [{ status: [404], proof: 'words' }],
  },
  read: {
    ...reliableOps.read,
    path: '/group/{key}/',
    absent: [{ status: [404], proof: 'words' }],
  },
  list: null,
  stats: null,
};
