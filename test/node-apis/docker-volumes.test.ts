/**
 * F3 on Docker: the files of a volume are not in what a read shows, and a volume that a container uses is not deleted.
 * No delete is reported as rolled back after files were lost.
 */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { dirname, join } from 'node:path';
import { json } from 'node:stream/consumers';
import { expect, test, vi } from 'vitest';
import { newId } from '../../src/protocol/new-id.ts';
import { docker } from './apis/docker.ts';
import { direct, NAMES, type Stage, stage } from './stage.ts';

const VOLUME = 'data1';
const WAIT = { timeout: 60_000, interval: 100 };
/** An archive without a file in it. */
const EMPTY_TAR = Buffer.alloc(1024);

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
}

async function call({ nodes }: Stage, name: string, { method, path, body }: Call) {
  const asked = request({
    socketPath: nodes.get(name)?.socket,
    method,
    path: `/v1.41${path}`,
    headers: { 'content-type': body instanceof Buffer ? 'application/x-tar' : 'application/json' },
  });
  asked.end(body instanceof Buffer ? body : JSON.stringify(body ?? {}));
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const reply = response.statusCode === 204 ? {} : ((await json(response)) as { Id?: string });
  expect(response.statusCode, `${path} ${JSON.stringify(reply)}`).toBeLessThan(300);
  return reply;
}

/** A container that was made and not started uses the volume as well. */
async function useVolume(scene: Stage, name: string): Promise<() => Promise<unknown>> {
  const path = '/images/create?fromSrc=-&repo=empty';
  await call(scene, name, { method: 'POST', path, body: EMPTY_TAR });
  const Mounts = [{ Type: 'volume', Source: VOLUME, Target: '/data' }];
  const body = { Image: 'empty', Cmd: ['/none'], HostConfig: { Mounts } };
  const { Id } = await call(scene, name, { method: 'POST', path: '/containers/create', body });
  return () => call(scene, name, { method: 'DELETE', path: `/containers/${Id}` });
}

function fileOn({ config }: Stage, name: string): string {
  return join(dirname(config), name, 'data/volumes', VOLUME, '_data/file');
}

async function filled(): Promise<Stage> {
  const scene = await stage(docker, direct);
  expect(await scene.client.create(VOLUME)).toMatchObject({ state: 'committed' });
  for (const name of NAMES) writeFileSync(fileOn(scene, name), `of ${name}`);
  return scene;
}

test('P1, F3: where the node that is asked first uses the volume, no file is lost', {
  timeout: 120_000,
}, async (ctx) => {
  const why = docker.missing();
  if (why !== undefined) return ctx.skip(why);
  const scene = await filled();
  await useVolume(scene, 'a');
  const answer = await scene.client.delete(VOLUME);
  expect(answer).toMatchObject({ state: 'refused', reason: 'node_refused' });
  for (const name of NAMES) expect(readFileSync(fileOn(scene, name), 'utf8')).toBe(`of ${name}`);
});

test('P1, P5, F3: where another node uses it, the delete goes on until it is done', {
  timeout: 120_000,
}, async (ctx) => {
  const why = docker.missing();
  if (why !== undefined) return ctx.skip(why);
  const scene = await filled();
  const { client, nodes } = scene;
  const release = await useVolume(scene, 'c');
  const id = newId();
  const answered = client.delete(VOLUME, { id, deadlineMs: 3000 });
  const isHeldUp = async () => {
    const now = (await client.status(id)) as { forwardOnly?: boolean; nodes?: object };
    return now.forwardOnly === true && JSON.stringify(now.nodes).includes('volume is in use');
  };
  await vi.waitUntil(isHeldUp, WAIT);
  expect(await client.status(id)).toMatchObject({
    state: 'applying',
    nodes: { a: { state: 'absent' } },
  });
  expect(readFileSync(fileOn(scene, 'c'), 'utf8')).toBe('of c');
  await release();
  expect(await answered).toMatchObject({ state: 'committed' });
  for (const node of nodes.values()) expect(await node.keys()).toEqual([]);
});
