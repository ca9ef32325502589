/**
 * Maps paths and methods of HTTP calls to the functions of a port, for a node's own port and for
 * the shared one. Calls that need no node (ping, wrong paths and methods) are answered here.
 */

import type { Log } from '../log.ts';
import {
  BAD_REQUEST,
  errorReply,
  INTERNAL_ERROR,
  methodNotAllowed,
  NO_SUCH_PATH,
  PONG,
  type SimReply,
} from '../node/answers.ts';
import {
  type GroupRequest,
  type ListRequest,
  type Method,
  type Route,
  readListQuery,
  routeOf,
} from '../node/group-request.ts';
import { refusalOf } from './control-access.ts';
import type { HttpCall, Router } from './server.ts';

/** The functions of a port. */
export interface Served {
  /** Whether other machines may use the controls. */
  readonly remoteControls: boolean;
  group(request: GroupRequest, call: HttpCall): void;
  list(request: ListRequest, call: HttpCall): void;
  stats(): Promise<SimReply>;
  /** `path` is the part after `/_sim`. */
  sim(path: string, call: HttpCall, body: string): Promise<SimReply>;
}

export function routerFor(served: Served, log: Log): Router {
  return (call, body) => {
    if (log.debugs) log.debug(describe(call, body));
    const question = call.url.indexOf('?');
    const path = question < 0 ? call.url : call.url.slice(0, question);
    const query = question < 0 ? '' : call.url.slice(question + 1);
    const place = routeOf(path);
    if (place.kind === 'group' || place.kind === 'record') {
      return routeGroup(served, call, { place, query, body });
    }
    void routeOther(served, call, { place, body: body ?? '' }).then(
      (answer) => call.answer(answer),
      (error: unknown) => {
        log.error(`${call.method} ${call.url} failed`, error);
        call.answer(INTERNAL_ERROR);
      },
    );
  };
}

function describe(call: HttpCall, body: string | undefined): string {
  const headers = `node: ${call.header('node') ?? '-'}, timestamp: ${call.header('timestamp') ?? '-'}`;
  return `${call.method} ${call.url}, data: ${body ?? '(not UTF-8)'}, headers: ${headers}`;
}

interface GroupParts {
  readonly place: Route & { kind: 'group' | 'record' };
  readonly query: string;
  readonly body: string | undefined;
}

function routeGroup(served: Served, call: HttpCall, { place, query, body }: GroupParts): void {
  const method = methodOf(call.method, place);
  if (method === undefined) return call.answer(methodNotAllowed(allowed(place)));
  if (method === 'list') return routeList(served, call, query);
  served.group(
    {
      method,
      dialect: place.dialect,
      node: call.header('node'),
      timestamp: call.header('timestamp'),
      key: place.kind === 'record' ? place.key : '',
      body,
    },
    call,
  );
}

/** Undefined if the path does not allow the method. */
function methodOf(verb: string, place: GroupParts['place']): Method | 'list' | undefined {
  const reads = verb === 'GET' || verb === 'HEAD';
  if (place.kind === 'record') return reads ? 'read' : undefined;
  if (verb === 'POST') return 'create';
  if (verb === 'DELETE') return 'delete';
  return reads && place.dialect === 'reliable-ops' ? 'list' : undefined;
}

function allowed(place: GroupParts['place']): string {
  if (place.kind === 'record') return 'GET, HEAD';
  return place.dialect === 'challenge' ? 'POST, DELETE' : 'GET, HEAD, POST, DELETE';
}

function routeList(served: Served, call: HttpCall, query: string): void {
  const asked = readListQuery(query);
  if (typeof asked === 'string') return call.answer(errorReply(400, asked));
  served.list({ node: call.header('node'), ...asked }, call);
}

async function routeOther(
  served: Served,
  call: HttpCall,
  { place, body }: { readonly place: Route; readonly body: string },
): Promise<SimReply> {
  if (place.kind === 'sim') {
    const refusal = refusalOf(call, served.remoteControls);
    return refusal ?? served.sim(place.path, call, body);
  }
  if (place.kind === 'malformed') return BAD_REQUEST;
  if (place.kind !== 'ping' && place.kind !== 'stats') return NO_SUCH_PATH;
  if (call.method !== 'GET' && call.method !== 'HEAD') return methodNotAllowed('GET, HEAD');
  return place.kind === 'ping' ? PONG : served.stats();
}
