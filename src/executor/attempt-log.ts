/**
 * One exchange as a line of the debug log: the request and the reply. Only bodies of failed replies are logged,
 * as far as `response` goes: the content of a record is private.
 */
import type { NodeRequest } from '../core/model.ts';
import type { Dialect } from '../node/dialect/dialect.ts';
import { compilePath } from '../node/dialect/template.ts';
import type { Fields } from '../observe/log/log-port.ts';
import type { Attempt } from './ports.ts';

/** @param urls the nodes' base URLs, by name */
export function attemptFields(
  { id, node, groupId, request, number, answer, ms }: Attempt,
  dialect: Dialect,
  urls: ReadonlyMap<string, string>,
): Fields {
  const call = dialect[request.kind];
  const base = new URL(urls.get(node) ?? 'http://unknown').pathname.replace(/\/+$/, '');
  const [path] = `${base}${compilePath(call.path, node)(groupId, id)}`.split('?');
  // The detail of a reply begins with its status.
  const status = /^[1-5]\d\d\b/.exec(answer.detail)?.[0];
  return {
    id,
    node,
    attempt: number,
    request: request.kind,
    method: call.method,
    path,
    token: tokenOf(request),
    answer: answer.kind,
    status: status === undefined ? undefined : Number(status),
    response: status?.startsWith('2') ? undefined : answer.detail,
    ms: Math.round(ms),
  };
}

/** The token that the request writes, or that guards it. */
function tokenOf(request: NodeRequest): string | undefined {
  if (request.kind === 'create') return request.token;
  return request.kind === 'delete' ? request.guard : undefined;
}
