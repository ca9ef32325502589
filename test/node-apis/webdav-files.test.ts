/**
 * Files that lockstep did not write, on three real WebDAV servers: their text is no record of the dialect, they are too
 * large, or they end with an empty line. Such a file stops its own commands, and no others.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Changes } from './apis/api.ts';
import { webdav } from './apis/webdav.ts';
import { direct, NAMES, type Stage, stage } from './stage.ts';

/** Records that name their key. */
const NAMED: Changes = {
  record: { key: '/groupId' },
  create: { body: { json: { groupId: '{key}' } } },
  delete: { restore: 'exact' },
};
const FOREIGN = 'written by somebody else\n\n';
const LARGE = 'x'.repeat(100_000);
const DEADLINE_MS = 30_000;

/** Puts the file on every server, past lockstep. */
async function write({ nodes }: Stage, name: string, text: string): Promise<void> {
  for (const { server } of nodes.values()) {
    const url = `http://127.0.0.1:${server.port}/${name}`;
    expect((await fetch(url, { method: 'PUT', body: text })).status).toBe(201);
  }
}

async function expectKeys({ nodes }: Stage, keys: readonly string[]): Promise<void> {
  for (const node of nodes.values()) expect(await node.keys()).toEqual(keys);
}

describe.each([
  {
    title: 'F6: a text that is no record of its dialect',
    changes: NAMED,
    text: FOREIGN,
    lastResponse: '200 written by somebody else',
  },
  {
    title: 'F7: 100,000 bytes',
    changes: {},
    text: LARGE,
    lastResponse: 'an answer of more than 65536 bytes: see limits.answerBytes',
  },
])('P5, P10, $title, in a file', ({ changes, text, lastResponse }) => {
  test('refuses its own commands at once, and any number of them shut out no other', async (ctx) => {
    const missing = webdav.missing();
    if (missing !== undefined) return ctx.skip(missing);
    const scene = await stage(webdav, direct, changes);
    const { client } = scene;
    await write(scene, 'foreign', text);
    for (let time = 0; time < 4; time++) {
      const answer = await client.delete('foreign', { deadlineMs: DEADLINE_MS });
      // Long before its deadline, by the reason and the words of a node.
      expect(answer).toMatchObject({ state: 'refused', reason: 'node_refused' });
      expect(JSON.stringify(answer)).toContain(`"lastResponse":"${lastResponse}`);
    }
    const closed = Object.fromEntries(
      NAMES.map((name) => [name, { state: 'closed', openings: 0 }]),
    );
    expect(await client.breakers()).toMatchObject({ breakers: closed });
    expect(await client.create('healthy')).toMatchObject({ state: 'committed' });
    await expectKeys(scene, ['foreign', 'healthy']);
  });
});

test('P1, F7: with a greater limits.answerBytes a large file is deleted like any other', async (ctx) => {
  const missing = webdav.missing();
  if (missing !== undefined) return ctx.skip(missing);
  const scene = await stage(webdav, direct, { limits: { answerBytes: 1024 * 1024 } });
  await write(scene, 'large', LARGE);
  expect(await scene.client.delete('large')).toMatchObject({ state: 'committed' });
  await expectKeys(scene, []);
});

test('P1, F3: a rolled-back delete restores a file of another program byte by byte', async (ctx) => {
  const missing = webdav.missing();
  if (missing !== undefined) return ctx.skip(missing);
  const scene = await stage(webdav, direct);
  const folder = dirname(scene.config);
  await write(scene, 'foreign', FOREIGN);
  // From now on this server refuses deletes.
  const server = scene.nodes.get('c')?.server;
  await server?.kill();
  const file = join(folder, 'c/nginx.conf');
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace('dav_methods PUT DELETE', 'dav_methods PUT'),
  );
  await server?.start();
  const answer = await scene.client.delete('foreign', { deadlineMs: DEADLINE_MS });
  expect(answer).toMatchObject({ state: 'rolled_back', reason: 'node_refused' });
  const texts = NAMES.map((name) => readFileSync(join(folder, name, 'files/foreign'), 'utf8'));
  expect(texts).toEqual([FOREIGN, FOREIGN, FOREIGN]);
});
