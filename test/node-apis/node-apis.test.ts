/**
 * Node APIs that nobody of this project wrote, by configuration alone: three real servers each, behind a
 * real proxy. In each phase one of them is killed and comes back, and the proxy loses its route to
 * another; then what the servers hold by their own word is compared with what was answered.
 *
 * `NODE_APIS_COUNT=200` makes it long; one that is not installed is skipped, and says so.
 */
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { type Answer, isError } from '../../src/client/index.ts';
import { runCli } from '../support/run-cli.ts';
import type { ApiNode, Content, NodeApi } from './apis/api.ts';
import { docker } from './apis/docker.ts';
import { powerdns } from './apis/powerdns.ts';
import { rabbitmq } from './apis/rabbitmq.ts';
import { users } from './apis/users.ts';
import { webdav } from './apis/webdav.ts';
import { NAMES, type Stage, stage } from './stage.ts';
import { throughCaddy } from './ways/caddy.ts';
import { throughHaproxy } from './ways/haproxy.ts';
import { throughNginx, throughNginxTls, throughSocket } from './ways/nginx.ts';

const COUNT = Number(process.env['NODE_APIS_COUNT'] ?? 30);
const WINDOW = 8;
const TIMEOUT_MS = 300_000 + COUNT * 3000;
/** A broker takes up to a minute to come back. */
const DEADLINE_MS = 180_000;

/** Does it for all keys, a few at a time; `at` is told how many have been answered. */
async function forAll(
  keys: readonly string[],
  act: (key: string) => Promise<Answer>,
  at: (answered: number) => void,
): Promise<ReadonlyMap<string, Answer>> {
  const answers = new Map<string, Answer>();
  const left = [...keys];
  const work = async () => {
    for (let key = left.shift(); key !== undefined; key = left.shift()) {
      answers.set(key, await act(key));
      at(answers.size);
    }
  };
  await Promise.all(Array.from({ length: WINDOW }, work));
  return answers;
}

/** Kills one and loses the route to another while the phase runs; resolves when both are back. */
function trouble({ nodes, road }: Stage): {
  readonly at: (answered: number) => void;
  readonly over: () => Promise<unknown>;
} {
  const acts: Promise<void>[] = [];
  const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const killed = async () => {
    const server = nodes.get('b')?.server;
    await server?.kill();
    await later(1000);
    await server?.start();
  };
  const lost = async () => {
    await road.lose('c');
    await later(1000);
    await road.regain();
  };
  const at = (answered: number) => {
    if (answered === Math.floor(COUNT / 3)) acts.push(killed());
    if (answered === Math.floor((COUNT * 2) / 3)) acts.push(lost());
  };
  return { at, over: () => Promise.all(acts) };
}

function stateOf(answer: Answer | undefined): string {
  if (answer === undefined) return 'none';
  return isError(answer) ? answer.error.code : String((answer as { state?: string }).state);
}

/** What the nodes must hold: what was committed. What was turned away at the door changed nothing. */
async function expectTruth(stage: Stage, keys: ReadonlySet<string>): Promise<void> {
  for (const [name, node] of stage.nodes) {
    expect(await node.keys(), name).toEqual([...keys].sort());
  }
}

/** Each key that was committed has the content that its create gave it. */
async function expectContent(
  node: ApiNode,
  made: ReadonlyMap<string, Answer>,
  content: Content | undefined,
): Promise<void> {
  for (const [key, answer] of made) {
    if (content === undefined || stateOf(answer) !== 'committed') continue;
    const index = Number(/\d+/.exec(key)?.[0]);
    expect(await content.read(node, key), key).toEqual(content.recordOf(index));
  }
}

/** A canary on each node fits the dialect and leaves nothing there, and doctor has nothing to say of the nodes. */
async function expectFits(api: NodeApi, scene: Stage, content: Content | undefined): Promise<void> {
  const { config, env, nodes } = scene;
  const record = content === undefined ? [] : ['--record', JSON.stringify(content.recordOf(0))];
  const words = ['doctor', '--json', '--timeout', '8s', '--config', config, ...record];
  const { stdout } = await runCli([...words, '--try', api.keyOf(0)], { env });
  const { findings } = JSON.parse(stdout) as { findings: readonly Finding[] };
  const ofNodes = findings.filter(({ check }) => /^(?:node|canary) /.test(check));
  expect(ofNodes.filter(({ level }) => level !== 'ok')).toEqual([]);
  expect(ofNodes).toHaveLength(3 * NAMES.length);
  for (const node of nodes.values()) expect(await node.keys()).toEqual([]);
}

/** Each API once, and each way to the nodes with the API that starts fastest. */
const CASES = [webdav, users, powerdns, rabbitmq, docker].map((api) => {
  return { api, way: throughNginx, what: 'keys' as const };
});
const FILLED = [
  ...[webdav, users, powerdns].map((api) => ({ api, way: throughNginx })),
  ...[throughNginxTls, throughHaproxy, throughSocket, throughCaddy].map((way) => ({
    api: users,
    way,
  })),
].map((one) => ({ ...one, what: 'records with content' as const }));

describe.each([...CASES, ...FILLED])(
  'P1, F1: $api.name, by configuration alone, $way.name, $what',
  ({ api, way, what }) => {
    test('fits its dialect, and is all or none while servers die and routes are lost', {
      timeout: TIMEOUT_MS,
    }, async (ctx) => {
      const why = api.missing() ?? way.missing();
      if (why !== undefined) return ctx.skip(why);
      const content = what === 'keys' ? undefined : api.content;
      const scene = await stage(api, way, content?.changes);
      await expectFits(api, scene, content);
      const { client } = scene;
      const keys = Array.from({ length: COUNT }, (_, index) => api.keyOf(index));
      // Whom a breaker turns away comes again, as a client would.
      const insist = async (act: () => Promise<Answer>): Promise<Answer> => {
        for (;;) {
          const answer = await act();
          if (!isError(answer) || answer.error.code !== 'unavailable') return answer;
          await new Promise((resolve) => setTimeout(resolve, answer.error.retryAfterMs ?? 500));
        }
      };
      const held = new Set<string>();
      const making = trouble(scene);
      const made = await forAll(
        keys,
        (key) => {
          const record = content?.recordOf(keys.indexOf(key));
          const fields = { deadlineMs: DEADLINE_MS, ...(record && { record }) };
          return insist(() => client.create(key, fields));
        },
        making.at,
      );
      await making.over();
      for (const key of keys) if (stateOf(made.get(key)) === 'committed') held.add(key);
      const cut = content?.isCutByKill === true ? WINDOW : 0;
      const others = [...made.values()].filter((answer) => stateOf(answer) !== 'committed');
      expect(others.length, JSON.stringify(others.slice(0, 2))).toBeLessThanOrEqual(cut);
      // The kill comes while these are under way.
      expect(others.every((answer) => 'reason' in answer && answer.reason === 'different')).toBe(
        true,
      );
      await expectTruth(scene, held);
      for (const node of scene.nodes.values()) await expectContent(node, made, content);
      const count = held.size + (api.ownRecords ?? 0);
      expect(await client.stats()).toMatchObject({
        consistent: true,
        nodes: { a: { count }, b: { count }, c: { count } },
      });
      const again = content === undefined ? {} : { record: content.recordOf(0) };
      expect(stateOf(await client.create(api.keyOf(0), again))).toBe('refused');
      const taking = trouble(scene);
      const taken = await forAll(
        keys,
        (key) => insist(() => client.delete(key, { deadlineMs: DEADLINE_MS })),
        taking.at,
      );
      await taking.over();
      for (const key of keys) if (stateOf(taken.get(key)) === 'committed') held.delete(key);
      await expectTruth(scene, held);
      expect(held.size).toBe(0);
      expect(stateOf(await client.delete(api.keyOf(0)))).toBe('refused');
    });
  },
);
