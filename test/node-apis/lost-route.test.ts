/**
 * F4: Caddy answers an empty 200 to any method where it has lost its route to a node. It is no proof that a node has
 * deleted a record: a rollback waits until the node itself answers.
 */
import { describe, expect, test, vi } from 'vitest';
import { type CommandAnswer, isError } from '../../src/client/index.ts';
import { newId } from '../../src/protocol/new-id.ts';
import { docker } from './apis/docker.ts';
import { powerdns } from './apis/powerdns.ts';
import { rabbitmq } from './apis/rabbitmq.ts';
import { users } from './apis/users.ts';
import { webdav } from './apis/webdav.ts';
import { stage } from './stage.ts';
import { throughCaddyRefusing } from './ways/caddy.ts';

const WAIT = { timeout: 60_000, interval: 50 };
/** Requests that Caddy answers in the node's place before the route is back. */
const ANSWERS = 3;

describe.each([webdav, users, powerdns, rabbitmq, docker])('P1, F4: $name behind Caddy', (api) => {
  test("an empty 200 in a node's place ends no rollback", { timeout: 300_000 }, async (ctx) => {
    const why = api.missing() ?? throughCaddyRefusing.missing();
    if (why !== undefined) return ctx.skip(why);
    const { client, nodes, road } = await stage(api, throughCaddyRefusing);
    const [id, key] = [newId(), api.keyOf(1)];
    const answered = client.create(key, { id, deadlineMs: 5000 });
    for (const name of ['a', 'b']) {
      await vi.waitUntil(async () => (await nodes.get(name)?.keys())?.includes(key), WAIT);
    }
    await road.lose('b');
    const attempts = async (): Promise<number> => {
      const now = (await client.status(id)) as CommandAnswer;
      if (isError(now)) throw new Error(JSON.stringify(now));
      expect(now.state).not.toBe('rolled_back');
      return now.state === 'compensating' ? (now.nodes?.['b']?.attempts ?? 0) : 0;
    };
    await vi.waitUntil(async () => (await attempts()) > 0, WAIT);
    const before = await attempts();
    await vi.waitUntil(async () => (await attempts()) >= before + ANSWERS, WAIT);
    expect(await nodes.get('b')?.keys()).toEqual([key]);
    await road.regain();
    expect(await answered).toMatchObject({
      state: 'rolled_back',
      nodes: { b: { state: 'absent' } },
    });
    for (const node of nodes.values()) expect(await node.keys()).toEqual([]);
  });
});
