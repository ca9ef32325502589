/**
 * The roles of clients, and the one table of what each may do. Every door asks it: the clients' socket, the
 * operators' port, the events socket.
 */
import type { OperationName } from '../protocol/request.ts';

export const ROLES = ['commands', 'read', 'operate'] as const;
export type Role = (typeof ROLES)[number];

/** An op of the protocol; `summary` is `status` without an id, `events` the stream of events. */
export type RoleOp = OperationName | 'summary' | 'events';

const EVERY = ROLES;
const COMMANDS: readonly Role[] = ['commands', 'operate'];
const READ: readonly Role[] = ['read', 'operate'];
const OPERATE: readonly Role[] = ['operate'];

const MAY: Readonly<Record<RoleOp, readonly Role[]>> = {
  create: COMMANDS,
  delete: COMMANDS,
  batch: COMMANDS,
  ping: EVERY,
  status: EVERY,
  summary: READ,
  list: READ,
  stats: READ,
  events: READ,
  acts: READ,
  logs: READ,
  audit: OPERATE,
  retry: OPERATE,
  cancel: OPERATE,
  abandon: OPERATE,
  restore: OPERATE,
  breaker: OPERATE,
  node: OPERATE,
  pause: OPERATE,
  resume: OPERATE,
};

/** The roles that may do it, the least powerful first; every role may ask an op that does not exist. */
export function rolesFor(op: string): readonly Role[] {
  return Object.hasOwn(MAY, op) ? MAY[op as RoleOp] : EVERY;
}

export function mayDo(role: Role, op: string): boolean {
  return rolesFor(op).includes(role);
}

/** The op of a request as the table has it. */
export function roleOp({ op, id }: { readonly op: string; readonly id?: unknown }): string {
  return op === 'status' && id === undefined ? 'summary' : op;
}
