/** A JSON API as many are: wrapped records, a bearer token, errors in JSON, pages by number. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { serverOf } from '../server.ts';
import type { NodeApi } from './api.ts';

const PROGRAM = join(import.meta.dirname, '../programs/users-api.ts');
const TOKEN = 'a-token-of-the-api';

export const users: NodeApi = {
  name: 'a JSON API',
  missing: () => undefined,
  install: (_, folder, port) => {
    mkdirSync(folder, { recursive: true });
    const args = [PROGRAM, String(port), join(folder, 'users'), TOKEN];
    return {
      server: serverOf({ command: process.execPath, args, port }),
      path: '/api',
      keys: () => allUsers(port),
    };
  },
  keyOf: (index) => `user-${index}`,
  env: { USERS_TOKEN: TOKEN },
  example: 'json-api',
  content: {
    // The wrapper of a record that is read is not what a create takes: a deleted user can't be made again.
    changes: {
      record: { content: { name: '/data/name' } },
      create: { body: { json: { id: '{key}', name: '{record.name}' } } },
      delete: { restore: 'none' },
    },
    recordOf: (index) => ({ name: `User "${index}" ü` }),
    read: async ({ server }, key) => {
      const url = `http://127.0.0.1:${server.port}/api/users/${key}`;
      const response = await fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } });
      const { data } = (await response.json()) as { data: { name: string } };
      return { name: data.name };
    },
  },
};

async function allUsers(port: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let page = 1; ; page++) {
    const url = `http://127.0.0.1:${port}/api/users?page=${page}`;
    const response = await fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } });
    const { items } = (await response.json()) as { items: readonly { id: string }[] };
    if (items.length === 0) return ids.sort();
    ids.push(...items.map(({ id }) => id));
  }
}
