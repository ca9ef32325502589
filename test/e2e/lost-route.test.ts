/**
 * A real nginx in front of the nodes loses its route to one of them and answers in its place: not
 * by a race, but for as long as the test needs.
 */
import { describe, test } from 'vitest';
import type { CommandAnswer, ErrorReply } from '../../src/client/index.ts';
import { type Cluster, startCluster, statusOf } from '../support/cluster.ts';
import { type Nginx, nginxMissing, startNginx } from '../support/nginx.ts';
import { startNodesim } from '../support/nodesim.ts';

const NODES = ['node01', 'node02', 'node03'];
const UNPROVEN = "404 without the node's proof";
const DIALECTS = ['reliable-ops', 'challenge'] as const;
/** The answers of nginx in the node's place: its error page, and an empty success. */
const FALLBACKS = ['return 404;', 'return 200;'];
const EVERY = DIALECTS.flatMap((dialect) =>
  FALLBACKS.map((fallback) => [dialect, fallback] as const),
);
const missing = nginxMissing();

type CleanUp = (act: () => Promise<void>) => void;

interface Stage extends Cluster {
  readonly nginx: Nginx;
  /** The nodes that hold the key. */
  readonly holders: (key: string) => Promise<readonly string[]>;
}

function stateOf(answer: CommandAnswer | ErrorReply | undefined): string {
  return answer !== undefined && 'state' in answer ? answer.state : JSON.stringify(answer);
}

async function startStage(dialect: string, later: CleanUp): Promise<Stage> {
  const sim = await startNodesim();
  later(async () => sim[Symbol.asyncDispose]());
  const nginx = await startNginx(sim.urls);
  later(async () => nginx[Symbol.asyncDispose]());
  const env = {
    LOCKSTEP_DIALECT: dialect,
    LOCKSTEP_REQUEST_TIMEOUT_MS: '1000',
    LOCKSTEP_QUIESCE_MS: '1000',
    LOCKSTEP_BACKOFF_CAP_MS: '300',
    LOCKSTEP_BREAKER_COOL_OFF_MS: '50',
    LOCKSTEP_BREAKER_COOL_OFF_CAP_MS: '200',
  };
  const { daemon, client } = await startCluster({ nodes: () => nginx.nodes, env }, later);
  const holders = async (key: string): Promise<readonly string[]> => {
    const lists = await Promise.all(NODES.map((node) => sim.list(node)));
    return NODES.filter((_, index) => lists[index]?.includes(key));
  };
  return { sim, nginx, daemon, client, holders };
}

describe.skipIf(missing !== undefined)(
  `nodes behind a real nginx${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    test.for(DIALECTS)(
      'P1: %s: a delete with `ensure` is not done while nginx answers 404 for a node',
      async (dialect, { expect, onTestFinished }) => {
        const { client, nginx, holders } = await startStage(dialect, onTestFinished);
        expect(await client.create('key')).toMatchObject({ state: 'committed' });
        await nginx.route({ without: ['node02'], fallback: 'return 404;' });
        expect(await client.delete('key', { ensure: true, deadlineMs: 1500 })).toMatchObject({
          state: 'refused',
          reason: 'deadline',
          nodes: {
            node02: { state: 'unknown', lastResponse: expect.stringContaining(UNPROVEN) },
          },
        });
        expect(await holders('key')).toEqual(NODES);
        await nginx.route();
        expect(await client.delete('key', { ensure: true, ifUnavailable: 'wait' })).toMatchObject({
          state: 'committed',
        });
        expect(await holders('key')).toEqual([]);
      },
    );

    test('challenge: a node that nginx guards ends a command at once, and its words are reported', async ({
      expect,
      onTestFinished,
    }) => {
      const { client, daemon, nginx } = await startStage('challenge', onTestFinished);
      for (const [fallback, lastResponse] of [
        ['return 401;', '401 (HTML) 401 Authorization Required nginx'],
        [
          'return 301 https://elsewhere/;',
          '301 to https://elsewhere/ (HTML) 301 Moved Permanently',
        ],
        [`return 200 '{"groupId":"another"}';`, '200 {"groupId":"another"}'],
      ] as const) {
        await nginx.route({ without: ['node02'], fallback });
        const answer = await client.create('key', { deadlineMs: 20_000 });
        expect(answer).toMatchObject({
          state: 'refused',
          reason: 'node_refused',
          nodes: { node02: { lastResponse: expect.stringContaining(lastResponse) } },
        });
        expect('elapsedMs' in answer && answer.elapsedMs).toBeLessThan(5000);
      }
      await nginx.route();
      expect(await client.create('key')).toMatchObject({ state: 'committed' });
      await expect.poll(() => daemon.output).toContain('a node refused the read before a command');
      expect(daemon.output).toContain('GET /group/key/');
    });

    test.for(EVERY)(
      'P1: %s: a create is not rolled back while nginx answers for a node that holds it, `%s`',
      async ([dialect, fallback], { expect, onTestFinished }) => {
        const { client, nginx, sim, holders } = await startStage(dialect, onTestFinished);
        await sim.setFaults('node03', {
          errorBefore: 1,
          errorBeforeStatuses: [500],
          on: ['create'],
        });
        const id = 'rolled-back-behind-nginx';
        const outcome = client.create('key', { id, deadlineMs: 60_000 });
        await expect.poll(() => holders('key'), { timeout: 10_000 }).toEqual(['node01', 'node02']);
        await nginx.route({ without: ['node02'], fallback });
        await client.cancel(id);
        // node01 is as before; node02 is not, whatever nginx answers.
        await expect.poll(() => holders('key'), { timeout: 10_000 }).toEqual(['node02']);
        const detail = fallback === 'return 404;' ? UNPROVEN : '200';
        const node02 = async () => (await statusOf(client, id, {})).nodes?.['node02'];
        await expect
          .poll(node02, { timeout: 10_000 })
          .toMatchObject({ state: 'unknown', lastResponse: expect.stringContaining(detail) });
        await statusOf(client, id, { state: 'compensating' });
        await nginx.route();
        expect(await outcome).toMatchObject({ state: 'rolled_back', reason: 'cancelled' });
        expect(await holders('key')).toEqual([]);
      },
    );

    test('challenge: a 404 in words is believed, as docs/node-api.md says: a false `committed`', async ({
      expect,
      onTestFinished,
    }) => {
      const { client, nginx, holders } = await startStage('challenge', onTestFinished);
      expect(await client.create('key')).toMatchObject({ state: 'committed' });
      await nginx.route({ without: ['node02'], fallback: 'return 404 "default backend - 404";' });
      const outcome = await client.delete('key', { ensure: true });
      expect(outcome).toMatchObject({ state: 'committed', nodes: { node02: { state: 'absent' } } });
      expect(await holders('key')).toEqual(['node02']);
    });

    test('reliable-ops: an `OK` to a delete is believed, as docs/node-api.md says: a false `rolled_back`', async ({
      expect,
      onTestFinished,
    }) => {
      const { client, nginx, sim, holders } = await startStage('reliable-ops', onTestFinished);
      await sim.setFaults('node03', { errorBefore: 1, errorBeforeStatuses: [500], on: ['create'] });
      const outcome = client.create('key', { id: 'believed', deadlineMs: 60_000 });
      await expect.poll(() => holders('key'), { timeout: 10_000 }).toEqual(['node01', 'node02']);
      await nginx.route({ without: ['node02'], fallback: 'return 200 "OK";' });
      await client.cancel('believed');
      expect(await outcome).toMatchObject({ state: 'rolled_back' });
      expect(await holders('key')).toEqual(['node02']);
    });

    test.for(DIALECTS)(
      'P1: %s: of 200 deletes none is committed falsely when the route is lost among them',
      async (dialect, { expect, onTestFinished }) => {
        const { client, nginx, sim } = await startStage(dialect, onTestFinished);
        const keys = Array.from({ length: 200 }, (_, index) => String(index));
        const made = await Promise.all(keys.map((key) => client.create(key)));
        expect(new Set(made.map(stateOf))).toEqual(new Set(['committed']));
        let answers = 0;
        const lost = Promise.withResolvers<void>();
        const deletes = keys.map(async (key) => {
          const answer = await client.delete(key, {
            ensure: true,
            deadlineMs: 2000,
            ifUnavailable: 'wait',
            lane: 'bulk',
          });
          if (++answers === 60) {
            lost.resolve(nginx.route({ without: ['node02'], fallback: 'return 404;' }));
          }
          return answer;
        });
        await lost.promise;
        // Some commands roll back, which ends when the node is reachable again.
        const rest = Promise.all(deletes);
        await expect
          .poll(() => client.list({ state: 'refused', limit: 1 }), { timeout: 20_000 })
          .toMatchObject({ commands: [{}] });
        await nginx.route();
        const outcomes = await rest;
        const held = await Promise.all(NODES.map((node) => sim.list(node)));
        for (const [index, key] of keys.entries()) {
          const state = stateOf(outcomes[index]);
          const holds = held.map((list) => list.includes(key));
          expect([key, state, holds]).toEqual([key, state, holds.map(() => state !== 'committed')]);
        }
        expect(new Set(outcomes.map(stateOf)).size).toBeGreaterThan(1);
      },
    );
  },
);
