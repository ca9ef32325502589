/**
 * How one node is reached: its address, and the headers, query and TLS files that it needs. Pure data that survives
 * JSON, so it is passed to worker threads as it is. It holds secrets by reference only (`secret.ts`): a text made of it
 * shows none.
 */

import type { Limits } from '../dialect/dialect.ts';

/** Paths of PEM files, and the name in the node's certificate where it is not the URL's host. */
export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
}

/** One of three ways; texts may hold references. */
export type Auth =
  | { readonly basic: { readonly user: string; readonly password: string } }
  | { readonly bearer: string }
  | { readonly header: { readonly name: string; readonly value: string } };

export interface NodeAccess {
  readonly name: string;
  /** The base URL; the dialect's paths are appended to its path. */
  readonly url: string;
  /** The path of a unix socket, where the node listens at one; the URL's host is then only its name. */
  readonly socket?: string;
  /** Of every call to this node; stronger than those of the dialect. Texts may hold references. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Parameters of every call to this node. Texts may hold references. */
  readonly query?: Readonly<Record<string, string>>;
  readonly auth?: Auth;
  readonly tls?: TlsFiles;
  /** Stronger than those of the dialect. */
  readonly limits?: Limits;
}

/** The address of the node, for people, and to compare two nodes; no secret. */
export function addressOf({ url, socket }: Pick<NodeAccess, 'url' | 'socket'>): string {
  return socket === undefined ? url : `unix:${socket}${new URL(url).pathname.replace(/\/$/, '')}`;
}

/** Every text that may hold references, by its place below the node. */
export function textsOf({
  headers,
  query,
  auth,
}: NodeAccess): readonly (readonly [string, string])[] {
  return [
    ...Object.entries(headers ?? {}).map(([name, text]) => [`headers.${name}`, text] as const),
    ...Object.entries(query ?? {}).map(([name, text]) => [`query.${name}`, text] as const),
    ...authTexts(auth),
  ];
}

function authTexts(auth: Auth | undefined): readonly (readonly [string, string])[] {
  if (auth === undefined) return [];
  if ('bearer' in auth) return [['auth.bearer', auth.bearer]];
  if ('header' in auth) return [['auth.header.value', auth.header.value]];
  const { user, password } = auth.basic;
  return [
    ['auth.basic.user', user],
    ['auth.basic.password', password],
  ];
}

/** The names of all settings beside the address, without values: `headers X-Tenant; auth bearer`. */
export function accessText({ headers, query, auth, tls }: NodeAccess): string {
  const parts = [
    named('headers', headers),
    named('query', query),
    auth === undefined ? '' : `auth ${Object.keys(auth)[0]}`,
    named('tls', tls),
  ];
  return parts.filter((part) => part !== '').join('; ');
}

function named(kind: string, members: object | undefined): string {
  const names = Object.keys(members ?? {});
  return names.length === 0 ? '' : `${kind} ${names.join(', ')}`;
}
