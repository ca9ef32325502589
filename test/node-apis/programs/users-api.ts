/**
 * A JSON API as many are: users with an id, a token, pages, errors in JSON. What it answered is in its file,
 * so that kill -9 loses nothing.
 *
 *   users-api.ts PORT FILE TOKEN
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';

interface User {
  readonly id: string;
  readonly name: string;
  readonly created_at: string;
}

interface Reply {
  readonly status: number;
  readonly body?: unknown;
}

const [port = '', file = '', token = ''] = process.argv.slice(2);
const users = new Map<string, User>();
if (existsSync(file)) {
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line !== '') apply(JSON.parse(line) as { put?: User; drop?: string });
  }
}

function apply({ put, drop }: { put?: User; drop?: string }): void {
  if (put !== undefined) users.set(put.id, put);
  if (drop !== undefined) users.delete(drop);
}

function keep(change: { put?: User; drop?: string }): void {
  appendFileSync(file, `${JSON.stringify(change)}\n`);
  apply(change);
}

const NOT_FOUND: Reply = { status: 404, body: { error: 'not_found' } };

async function create(request: IncomingMessage): Promise<Reply> {
  const given = (await json(request)) as Partial<User>;
  const { id, name } = given;
  if (typeof id !== 'string' || typeof name !== 'string') {
    return { status: 422, body: { error: 'invalid', fields: ['id', 'name'] } };
  }
  if (users.has(id)) return { status: 409, body: { error: 'exists' } };
  const user = { id, name, created_at: new Date().toISOString() };
  keep({ put: user });
  return { status: 201, body: { data: user } };
}

function page(query: URLSearchParams): Reply {
  const number = Number(query.get('page') ?? 1);
  const size = Math.min(50, Number(query.get('per_page') ?? 50));
  const items = [...users.values()].slice((number - 1) * size, number * size);
  return { status: 200, body: { items, total: users.size } };
}

async function answer(request: IncomingMessage): Promise<Reply> {
  if (request.headers.authorization !== `Bearer ${token}`) {
    return { status: 401, body: { error: 'unauthorized' } };
  }
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://node');
  const id = decodeURIComponent(pathname.split('/')[3] ?? '');
  if (!pathname.startsWith('/api/users')) return NOT_FOUND;
  if (request.method === 'POST') return create(request);
  if (id === '') return page(searchParams);
  const user = users.get(id);
  if (user === undefined) return NOT_FOUND;
  if (request.method !== 'DELETE') return { status: 200, body: { data: user } };
  keep({ drop: id });
  return { status: 204 };
}

createServer((request, response) => {
  void answer(request).then(({ status, body }) => {
    response.setHeader('x-api', 'users');
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  });
}).listen(Number(port), '127.0.0.1');
