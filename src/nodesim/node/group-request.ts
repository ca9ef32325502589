/**
 * A call as it arrived, classified by its path. Both dialects use the same paths: a trailing slash
 * means `challenge`, none means `reliable-ops`. The base prefix `/v1` is optional (a proxy may have
 * removed it). Nothing is decided about records here.
 */

export type Method = 'create' | 'delete' | 'read';
export type Dialect = 'reliable-ops' | 'challenge';

/** A create, delete or read of one record. */
export interface GroupRequest {
  readonly method: Method;
  readonly dialect: Dialect;
  /** The `node` header. */
  readonly node: string | undefined;
  /** The `timestamp` header. */
  readonly timestamp: string | undefined;
  /** Of a read: the key from the path. */
  readonly key: string;
  /** Of a create or delete: the body, undefined if it is not UTF-8. */
  readonly body: string | undefined;
}

export interface ListRequest {
  readonly node: string | undefined;
  readonly after: string | undefined;
  readonly limit: number;
}

export type Route =
  | { readonly kind: 'group'; readonly dialect: Dialect }
  | { readonly kind: 'record'; readonly dialect: Dialect; readonly key: string }
  | { readonly kind: 'ping' | 'stats' | 'unknown' | 'malformed' }
  /** The controls; `path` is the part after `/_sim`. */
  | { readonly kind: 'sim'; readonly path: string };

const GROUP: Route = { kind: 'group', dialect: 'reliable-ops' };
const GROUP_SLASH: Route = { kind: 'group', dialect: 'challenge' };

export function routeOf(path: string): Route {
  const bare = path.startsWith('/v1/') ? path.slice(3) : path;
  if (bare === '/group') return GROUP;
  if (bare === '/group/') return GROUP_SLASH;
  if (bare.startsWith('/group/')) return recordRoute(bare.slice('/group/'.length));
  if (bare === '/ping' || bare === '/ping/') return { kind: 'ping' };
  if (bare === '/stats') return { kind: 'stats' };
  if (path === '/_sim' || path.startsWith('/_sim/')) {
    return { kind: 'sim', path: path.slice('/_sim'.length) };
  }
  return { kind: 'unknown' };
}

function recordRoute(rest: string): Route {
  const slash = rest.endsWith('/');
  const key = decode(slash ? rest.slice(0, -1) : rest);
  if (key === undefined) return { kind: 'malformed' };
  return { kind: 'record', dialect: slash ? 'challenge' : 'reliable-ops', key };
}

/** Percent-decoded, or undefined if that is malformed. */
function decode(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

const LIST_LIMIT = 1000;
const LIST_LIMIT_MAX = 10_000;

/** The page that `?after=&limit=` asks for, or a sentence that names the error. */
export function readListQuery(
  query: string,
): { readonly after: string | undefined; readonly limit: number } | string {
  let after: string | undefined;
  let limit = LIST_LIMIT;
  for (const part of query.split('&')) {
    const [name = '', raw = ''] = part.split('=', 2);
    const value = decode(raw.replaceAll('+', ' '));
    if (value === undefined) return `${name} is not percent-encoded properly`;
    if (name === 'after') after = value;
    if (name === 'limit') {
      limit = /^\d{1,9}$/.test(value) ? Number(value) : 0;
      if (limit < 1 || limit > LIST_LIMIT_MAX) return `limit is not from 1 to ${LIST_LIMIT_MAX}`;
    }
  }
  return { after, limit };
}
