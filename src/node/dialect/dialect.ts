/**
 * A dialect: how the nodes of a cluster speak HTTP. Pure data that survives
 * JSON, so it is handed to worker threads as it is; two ship (`dialects/`), others come from the
 * configuration file and are checked there.
 *
 * A dialect names only what its nodes do in their own way. What holds for every node stands in
 * `read-reply.ts`: a complete 5xx is in doubt, 502 and 504 are loose, and so on.
 *
 * Texts are templates (`template.ts`): `{key}`, `{node}`, `{id}`.
 */

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Compared whole, or with `*` at its ends for anything; `{key}` and `{node}` stand for those asked about. */
export type Pattern = string;

/** Of JSON: texts are patterns, all else is equal or not. */
export type Expected = Pattern | number | boolean | null;

/**
 * Which answers have a meaning: one of these statuses, and all that is named beside it. `json` is by
 * JSON pointer, `header` by name in lower case; of several values one is enough. `proof` is for what
 * names nothing else: `words` (neither markup nor empty), or `none` (nothing better is to be had).
 */
export interface Rule {
  readonly status: readonly number[];
  readonly json?: Readonly<Record<string, readonly Expected[]>>;
  readonly text?: readonly Pattern[];
  readonly header?: Readonly<Record<string, readonly Pattern[]>>;
  readonly proof?: 'words' | 'none';
}

export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [name: string]: Json };

/** What goes along: JSON or text, with its places. */
export type Body = { readonly json: Json } | { readonly text: string };

interface CallSpec {
  readonly method: Method;
  /** Appended to the node's base URL; places are percent-encoded. */
  readonly path: string;
  /** Beside those of the dialect. */
  readonly headers: Readonly<Record<string, string>>;
}

interface Mutation extends CallSpec {
  readonly body: Body | null;
  readonly contentType: string;
  /** Done. Never believed of markup, nor of an empty body unless the rule says more. */
  readonly applied: readonly Rule[];
  /** The node does it later, or not (202): in doubt until a read shows it, and loose for `quiesceMs`. */
  readonly accepted: readonly Rule[];
  /** Only a read shows the effect. */
  readonly perhaps: readonly Rule[];
  /** In doubt, and over: it is asked again. */
  readonly unsure: readonly Rule[];
  /** It did nothing, and will not. */
  readonly refused: readonly Rule[];
  /** `read`: a success proves nothing, and a read makes sure. */
  readonly verify: 'read' | null;
}

export interface CreateCall extends Mutation {
  /** Such a record exists already; a read shows its owner. */
  readonly exists: readonly Rule[];
  /** Where the key stands in the answer to a create, if it is JSON and holds it there. */
  readonly key: string | null;
}

/** Members of the record that a read shows, as they are made again. At most one of `keep` and `drop`. */
export interface RestoreMapping {
  readonly keep: readonly string[] | null;
  readonly drop: readonly string[] | null;
  readonly set: Readonly<Record<string, Json>>;
}

/**
 * What a deleted record is made of again when the delete is rolled back: `exact`, the body that the read showed;
 * `template`, the body of a new one, and whatever else it held is lost; or some of its members. `none`: it cannot be
 * made again, and a delete has a point of no return.
 */
export type Restore = 'exact' | 'template' | 'none' | RestoreMapping;

export interface DeleteCall extends Mutation {
  /** There was no such record: believed with a proof only. */
  readonly gone: readonly Rule[];
  readonly restore: Restore;
  /** `if-match`: a delete carries the `ETag` that the read before it showed. Null: it does not. */
  readonly guard: 'if-match' | null;
}

export interface ReadCall extends CallSpec {
  /** A `HEAD` shows by its status and headers alone whether there is a record. */
  readonly method: 'GET' | 'HEAD';
  readonly present: readonly Rule[];
  /** Believed with a proof only. */
  readonly absent: readonly Rule[];
  readonly refused: readonly Rule[];
}

/** How pages follow each other. Pointers are into the page. */
export type Paging =
  /** `{after}` is the last key of the page before, or what `next` points to. */
  | { readonly by: 'after'; readonly next: string | null }
  /** `{page}`, counted from `first`, until a page is empty. */
  | { readonly by: 'page'; readonly first: number }
  /** `{offset}`, the keys so far, until a page is empty. */
  | { readonly by: 'offset' }
  /** `{cursor}` is what `next` points to, empty at first, until there is none. */
  | { readonly by: 'cursor'; readonly next: string }
  /** The header `Link` with `rel="next"`. */
  | { readonly by: 'link' };

export interface ListCall {
  readonly path: string;
  /** Where the array of records stands in a page; empty: the page is the array. */
  readonly items: string;
  /** Where the key stands in a record; empty: the record is the key. */
  readonly key: string;
  /** Null: all in one page. */
  readonly paging: Paging | null;
  /** In rising order of the keys' bytes; else they are sorted here. */
  readonly sorted: boolean;
  readonly bytesMax: number;
}

/** Of one node; absent: as for all nodes by the settings. */
export interface Limits {
  /** The largest answer that is read, bytes. */
  readonly answerBytes?: number;
  /** Of all executors together. */
  readonly connectionsPerNode?: number;
  readonly requestTimeoutMs?: number;
  readonly connectTimeoutMs?: number;
}

/**
 * Where a read shows the content of a record: all of it at a pointer, its members each at a pointer, or, with `text`,
 * the very body that made it. Null: it is not compared.
 */
export type RecordContent = string | Readonly<Record<string, string>> | null;

export interface Dialect {
  readonly name: string;
  /** Which keys its nodes can have; the pattern is of the whole key. */
  readonly keys: {
    readonly pattern: string | null;
    readonly bytesMax: number | null;
    readonly forbidden: string;
    /** Keys that differ in the case of ASCII letters only are one key (`fold.ts`). Null: each is its own. */
    readonly fold: 'ascii-lower' | null;
  };
  /** What a record looks like: where its key stands (a JSON pointer, or nowhere), and as what. */
  readonly record: {
    readonly key: string | null;
    readonly type: 'text' | 'number';
    readonly content?: RecordContent | undefined;
  };
  /** Nodes that keep owner marks: the header of requests, the member of a record. Null: they don't. */
  readonly mark: { readonly header: string; readonly member: string } | null;
  /** Of every call. */
  readonly headers: Readonly<Record<string, string>>;
  readonly create: CreateCall;
  readonly delete: DeleteCall;
  readonly read: ReadCall;
  /** Null: not offered. */
  readonly list: ListCall | null;
  /** The cluster's own figures of all its nodes (`own-stats.ts`), asked where they list no keys. Null: none. */
  readonly stats: { readonly path: string } | null;
  /** A path that a node that works answers so; from the host's root, or from the base URL. */
  readonly health: {
    readonly method: 'GET' | 'HEAD';
    readonly path: string;
    readonly root: boolean;
    readonly status: readonly number[];
    readonly text: Pattern | null;
  } | null;
  /** How long a request without a final answer can take effect, ms, whatever the settings say. Null: as they say. */
  readonly quiesceMs: number | null;
  readonly limits: Limits;
}

/** The rules of a read, create or delete that make anything final; for warnings of those without a proof. */
export function unprovenRules({
  create,
  delete: remove,
  read,
  record,
}: Dialect): readonly string[] {
  const some = (rules: readonly Rule[]) => rules.some(({ proof }) => proof === 'none');
  return [
    ...(some(create.applied) ? ['create.applied'] : []),
    ...(some(remove.applied) ? ['delete.applied'] : []),
    ...(some(remove.gone) ? ['delete.gone'] : []),
    ...(some(read.absent) ? ['read.absent'] : []),
    ...(record.key === null && some(read.present) ? ['read.present'] : []),
  ];
}

/** Whether its nodes may answer first and act later. */
export function defers({ create, delete: remove }: Pick<Dialect, 'create' | 'delete'>): boolean {
  return create.accepted.length > 0 || remove.accepted.length > 0;
}

/** Whether every call names its node, so that several nodes may share an address. */
export function namesNode({ headers }: Dialect): boolean {
  return Object.values(headers).some((text) => text.includes('{node}'));
}
