/** What a test needs of a node API: three servers, how lockstep is told of them, what they hold. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Server } from '../server.ts';

export interface NodeApi {
  readonly name: string;
  /** Why it can't be had here, or undefined. */
  readonly missing: () => string | undefined;
  /** @param folder for what it writes, and is removed after the test */
  readonly install: (node: string, folder: string, port: number) => ApiNode;
  /** The worked example that the documentation has of it. */
  readonly example: string;
  /** A key of this API. */
  readonly keyOf: (index: number) => string;
  /** Records that each server has from its start and that the list shows; 0 by default. */
  readonly ownRecords?: number;
  /** How its records get content; absent: they are keys alone. */
  readonly content?: Content;
  /** Variables that the nodes of the file name. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Sections of the dialect, over those of the worked example, member by member. */
export type Changes = Readonly<Record<string, object>>;

export interface Content {
  readonly changes: Changes;
  readonly recordOf: (index: number) => Readonly<Record<string, unknown>>;
  /** A server that is killed in the middle of a create keeps a part of it: such a create is rolled back. */
  readonly isCutByKill?: boolean;
  /** What a server shows under this key, past lockstep, in the form of `recordOf`. */
  readonly read: (node: ApiNode, key: string) => Promise<unknown>;
}

export interface ApiNode {
  readonly server: Server;
  /** The base URL's path. */
  readonly path: string;
  /** The path of a unix socket, where it listens at one. */
  readonly socket?: string;
  /** What it holds, by its own listing and past lockstep. */
  readonly keys: () => Promise<readonly string[]>;
}

export interface Example {
  readonly dialect: string;
  readonly dialects: Readonly<Record<string, object>>;
  readonly nodes: Readonly<Record<string, string | { readonly url: string }>>;
}

/** `docs/examples/NAME.yaml` */
export function readExample(name: string): Example {
  const url = new URL(`../../../docs/examples/${name}.yaml`, import.meta.url);
  return parse(readFileSync(url, 'utf8')) as Example;
}
