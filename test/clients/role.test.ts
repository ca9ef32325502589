import { expect, test } from 'vitest';
import { mayDo, ROLES, roleOp, rolesFor } from '../../src/clients/role.ts';
import { OPERATION_NAMES } from '../../src/protocol/request.ts';

/** Written by hand: a new op fails the test until somebody has said here who may send it. */
const EXPECTED = {
  create: ['commands', 'operate'],
  delete: ['commands', 'operate'],
  batch: ['commands', 'operate'],
  ping: ['commands', 'read', 'operate'],
  status: ['commands', 'read', 'operate'],
  summary: ['read', 'operate'],
  list: ['read', 'operate'],
  stats: ['read', 'operate'],
  events: ['read', 'operate'],
  acts: ['read', 'operate'],
  logs: ['read', 'operate'],
  audit: ['operate'],
  retry: ['operate'],
  cancel: ['operate'],
  abandon: ['operate'],
  restore: ['operate'],
  breaker: ['operate'],
  node: ['operate'],
  pause: ['operate'],
  resume: ['operate'],
} as const;

test('every op of the protocol has its roles', () => {
  expect(Object.keys(EXPECTED).sort()).toEqual([...OPERATION_NAMES, 'events', 'summary'].sort());
});

test.each(Object.entries(EXPECTED))('%s is for %j', (op, roles) => {
  expect(rolesFor(op)).toEqual(roles);
  expect(ROLES.filter((role) => mayDo(role, op))).toEqual(
    ROLES.filter((role) => (roles as readonly string[]).includes(role)),
  );
});

test('status without an id is the summary of the daemon', () => {
  expect(roleOp({ op: 'status' })).toBe('summary');
  expect(roleOp({ op: 'status', id: 'a' })).toBe('status');
  expect(roleOp({ op: 'create', id: 'a' })).toBe('create');
});

test.each(['constructor', '__proto__', 'toString', 'nothing'])(
  'an op %s that does not exist is left to the check of the request',
  (op) => expect(rolesFor(op)).toEqual(ROLES),
);
