/** Wrong answers of nodes, and of proxies in front of them. */
import type { NodeRequest } from '../../src/core/model.ts';
import type { Prng } from '../core/model/prng.ts';
import type { ExchangeFault } from './fault-plan.ts';
import type { Http } from './node.ts';

interface Asked {
  readonly request: NodeRequest;
  readonly groupId: string;
  /** The 404 of its dialect names the key, or else has any words. */
  readonly namesKey: boolean;
  readonly prng: Prng;
}

/** The wrong answer of this fault; undefined if the node's own answer comes. */
export function misread(fault: ExchangeFault | undefined, asked: Asked): Http | undefined {
  const { request, prng } = asked;
  switch (fault) {
    case 'unsureBefore':
    case 'unsureAfter':
      return unsure(prng);
    case 'deferred':
      return { status: 202, body: '' };
    case 'perhaps':
      return { status: request.kind === 'read' ? 503 : prng.pick([400, 409]), body: '' };
    case 'refused':
      return { status: prng.pick(REFUSALS[request.kind]), body: '' };
    case 'proxied':
      return { status: prng.pick([502, 504]), body: '<html>Bad gateway</html>' };
    case 'lostRoute':
      return lostRoute(asked);
    case 'garbageBefore':
    case 'garbageAfter':
      return garbage(asked);
    default:
      return undefined;
  }
}

function unsure(prng: Prng): Http {
  const http = { status: prng.pick([408, 425, 429, 500, 500, 503]), body: 'Try again.' };
  return prng.chance(0.2) ? { ...http, retryAfter: '1' } : http;
}

const REFUSALS = {
  create: [401, 403, 405, 301],
  delete: [401, 403, 405, 301],
  read: [401, 403, 405, 500],
} as const;

/**
 * The answer of a proxy in the node's place: "no record", or a success. Only answers that the
 * dialect's proof can tell from the node's own; docs/node-api.md names the others.
 */
function lostRoute({ request, groupId, namesKey, prng }: Asked): Http {
  const other = JSON.stringify({ groupId: `${groupId}0` });
  const success = request.kind === 'create' ? 201 : 200;
  const absences: readonly Http[] = ['<html>Not Found</html>', '', ' \n'].map((body) => ({
    status: 404,
    body,
  }));
  const unnamed = { status: 404, body: '{"message": "no Route matched", "status": 404}' };
  return prng.pick([
    ...absences,
    ...(namesKey ? [unnamed, { status: 404, body: 'default backend - 404' }] : []),
    ...['', '<html>Welcome</html>', other].map((body) => ({ status: success, body })),
  ]);
}

/** A success in form, but not of this contract: of another server, or of a program in between. */
function garbage({ request, groupId, prng }: Asked): Http {
  const other = JSON.stringify({ groupId: `${groupId}0` });
  if (request.kind === 'read') {
    return { status: 200, body: prng.pick(['<html>Welcome</html>', other, '', 'null', '{']) };
  }
  const success = request.kind === 'create' ? 201 : 200;
  return prng.pick([
    { status: success, body: '<html>Welcome</html>' },
    { status: success, body: other },
    { status: 202, body: '' },
  ]);
}

const DOUBTFUL: ReadonlySet<ExchangeFault | undefined> = new Set([
  'proxied',
  'lostRoute',
  'garbageBefore',
  'garbageAfter',
  'deferred',
]);

/** An answer that the daemon must not trust. */
export function isDoubtful(fault: ExchangeFault | undefined): boolean {
  return DOUBTFUL.has(fault);
}
