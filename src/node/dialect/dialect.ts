/**
 * A dialect: how the nodes of a cluster speak HTTP. Pure data that survives
 * JSON, so it is handed to worker threads as it is; two ship (`dialects/`), others come from the
 * configuration file and are checked there.
 *
 * A dialect names only what its nodes do in their own way. What holds for every node stands in
 * `read-reply.ts`: a complete 5xx is in doubt, 502 and 504 are loose, and so on.
 */

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** How one call is made. Statuses are per operation: there is no one list for all. */
export interface CallSpec<Meaning extends string> {
  readonly method: Method;
  /** Appended to the node's base URL; `{groupId}` stands for the key, percent-encoded. */
  readonly path: string;
  /** Whether the record goes along as a JSON body. */
  readonly sendsBody: boolean;
  /** What these statuses mean in this call. A status that is not named keeps its general meaning. */
  readonly statuses: Readonly<Record<Meaning, readonly number[]>>;
}

export type CreateMeaning = 'applied' | 'perhaps' | 'unsure';
export type DeleteMeaning = 'applied' | 'gone' | 'perhaps' | 'unsure';
export type ReadMeaning = 'present' | 'absent';

/**
 * How an answer shows that it is the node's own and not a proxy's (`proof.ts`). `key`: a 404 is a JSON
 * error that repeats its status and holds the asked key in quotes. `words`: a 404 is neither markup nor
 * empty. In both, an empty success proves nothing. `none`: nothing better is to be had, and every
 * 404 is believed, an empty success too.
 */
export type Proof = 'key' | 'words' | 'none';

export interface Dialect {
  readonly name: string;
  readonly proof: Proof;
  /** The nodes keep owner marks, and a delete can be guarded by one. */
  readonly tokens: boolean;
  /** Where the mark travels: this header of requests, this member of a record. Null: no tokens. */
  readonly tokenHeader: 'timestamp' | null;
  /** Every call carries the header `node: <name>`, so several nodes may share one address. */
  readonly nodeHeader: boolean;
  readonly create: CallSpec<CreateMeaning>;
  readonly delete: CallSpec<DeleteMeaning>;
  readonly read: CallSpec<ReadMeaning>;
  /** Pages through the keys; `{after}` is the last key of the page before. Null: not offered. */
  readonly list: { readonly path: string } | null;
  /** The cluster's word about all its nodes (`own-stats.ts`), where they list no keys. Null: none. */
  readonly stats: { readonly path: string } | null;
  /** Characters its nodes can't route; a key that holds one is `invalid_request`. */
  readonly forbiddenCharacters: string;
}

/** The path of a call on this key, to be appended to the node's base URL. Encoded, no `$` is left. */
export function keyPath(call: { readonly path: string }, groupId: string): string {
  if (!call.path.includes('{groupId}')) return call.path;
  return call.path.replaceAll('{groupId}', encodeURIComponent(groupId));
}

/** The path of one page of keys; `after` is empty for the first. */
export function listPath(list: { readonly path: string }, after: string, limit: number): string {
  return list.path
    .replaceAll('{limit}', String(limit))
    .replaceAll('{after}', encodeURIComponent(after));
}

/** The first character of this key that the nodes can't route, or undefined. */
export function unroutableCharacter(dialect: Dialect, groupId: string): string | undefined {
  if (dialect.forbiddenCharacters === '') return undefined;
  for (const character of dialect.forbiddenCharacters) {
    if (groupId.includes(character)) return character;
  }
  return undefined;
}
