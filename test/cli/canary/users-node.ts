/** A node of the API that `docs/examples/json-api.yaml` describes, within the test; and a dialect of it. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import type { CanaryTerms } from '../../../src/cli/doctor/canary/node.ts';
import { tryKey } from '../../../src/cli/doctor/canary/try.ts';
import type { Finding } from '../../../src/cli/doctor/finding.ts';
import { loadSettings } from '../../../src/config/load.ts';
import { WrittenRecord } from '../../../src/protocol/record/record.ts';
import { readExample } from '../../node-apis/apis/api.ts';
import { tempFolder } from '../../support/temp-folder.ts';

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly location?: string;
}

export interface UsersNode {
  readonly url: string;
  readonly ids: Set<string>;
  /** The bodies of creates, by id. */
  readonly contents: Map<string, object>;
  /** `POST /api/users`, as they came. */
  readonly calls: string[];
  /** In place of what it would answer and do; undefined: as ever. */
  instead: (call: string) => Reply | 'silence' | undefined;
}

export async function usersNode(): Promise<UsersNode> {
  const ids = new Set<string>();
  const contents = new Map<string, object>();
  const calls: string[] = [];
  const server = createServer((request, response) => {
    const call = `${request.method} ${request.url}`;
    calls.push(call);
    const given = node.instead(call);
    if (given === 'silence') return;
    void (given === undefined ? answer(node, request) : Promise.resolve(given)).then((reply) => {
      response.setHeader('x-api', 'users').setHeader('content-type', 'application/json');
      if (reply.location !== undefined) response.setHeader('location', reply.location);
      response.writeHead(reply.status);
      response.end(reply.body === undefined ? '' : JSON.stringify(reply.body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const node: UsersNode = {
    url: `http://127.0.0.1:${port}/api`,
    ids,
    contents,
    calls,
    instead: () => undefined,
  };
  return node;
}

async function answer({ ids, contents }: UsersNode, request: IncomingMessage): Promise<Reply> {
  const { pathname } = new URL(request.url ?? '', 'http://node');
  const id = decodeURIComponent(pathname.split('/')[3] ?? '');
  if (!pathname.startsWith('/api/users')) return { status: 404, body: { error: 'no_route' } };
  if (request.method === 'POST') {
    const given = JSON.parse(await text(request)) as { id?: string };
    const made = given.id ?? `u-${randomUUID()}`;
    if (ids.has(made)) return { status: 409, body: { error: 'exists' } };
    ids.add(made);
    contents.set(made, given);
    return { status: 201, body: { data: { id: made } } };
  }
  if (id === '') return { status: 200, body: { items: page(ids, request.url ?? '') } };
  if (!ids.has(id)) return { status: 404, body: { error: 'not_found' } };
  if (request.method === 'GET') {
    return { status: 200, body: { data: { ...contents.get(id), id } } };
  }
  if (request.method === 'DELETE') ids.delete(id);
  return { status: request.method === 'DELETE' ? 204 : 405 };
}

function page(ids: Set<string>, url: string): readonly object[] {
  const number = Number(new URL(url, 'http://node').searchParams.get('page') ?? 1);
  return number > 1 ? [] : [...ids].map((id) => ({ id }));
}

export const KEY = 'canary-1';
const DIALECT = 'users';

/** Sections of the dialect, over those of the example, member by member. */
export type Changes = Readonly<Record<string, object | null>>;

export function termsOf(
  nodes: readonly UsersNode[],
  changes: Changes = {},
  { key = KEY, record }: { readonly key?: string; readonly record?: object } = {},
): CanaryTerms {
  const example = readExample('json-api').dialects[DIALECT] as Readonly<Record<string, object>>;
  const changed = Object.entries(changes).map(([section, members]) => [
    section,
    members === null ? null : { ...example[section], ...members },
  ]);
  const file = join(tempFolder(), 'lockstep.config.json');
  const urls = nodes.map(({ url }, index) => [`n${index + 1}`, url]);
  const dialects = { [DIALECT]: { ...example, ...Object.fromEntries(changed) } };
  const content = { dialect: DIALECT, dialects, nodes: Object.fromEntries(urls) };
  writeFileSync(file, JSON.stringify({ ...content, requestTimeoutMs: 500, connectTimeoutMs: 400 }));
  const env = {};
  const loaded = loadSettings({ argv: ['--config', file], env, cwd: '/', readsSecrets: true });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const { settings } = loaded;
  if (record === undefined) return { settings, env, key };
  return { settings, env, key, record: new WrittenRecord(JSON.stringify(record), record) };
}

/** What trying says, without Ctrl-C. */
export function tried(terms: CanaryTerms): Promise<readonly Finding[]> {
  const never = new AbortController().signal;
  return tryKey(terms, { stop: never, leave: never });
}
