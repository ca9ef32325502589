/**
 * Worked examples of the documentation whose servers take long to start, against three real ones each: a
 * canary, creates, deletes. One that can't be had here is skipped, and says so. `NODE_APIS_COUNT=200`
 * makes it long.
 */
import { describe, expect, test } from 'vitest';
import { isError } from '../../src/client/index.ts';
import { runCli } from '../support/run-cli.ts';
import { docker } from './apis/docker.ts';
import { rabbitmq } from './apis/rabbitmq.ts';
import { direct, stage } from './stage.ts';

const COUNT = Number(process.env['NODE_APIS_COUNT'] ?? 4);
const DEADLINE_MS = 60_000;

describe.each([docker, rabbitmq])('P1: the worked example for $name', (api) => {
  test('fits three real servers, which hold what was answered', {
    timeout: 240_000,
  }, async (ctx) => {
    const why = api.missing();
    if (why !== undefined) return ctx.skip(why);
    const { client, config, env, nodes } = await stage(api, direct);
    const held = () => Promise.all([...nodes.values()].map((node) => node.keys()));
    const words = ['doctor', '--json', '--timeout', '8s', '--config', config];
    const { stdout } = await runCli([...words, '--try', api.keyOf(0)], { env });
    const { findings } = JSON.parse(stdout) as { findings: { check: string; level: string }[] };
    const levels = (check: string) =>
      findings.filter((one) => one.check.startsWith(check)).map(({ level }) => level);
    expect(levels('canary '), stdout).toEqual(['ok', 'ok', 'ok']);
    expect(levels('node '), stdout).not.toContain('fail');
    expect(await held()).toEqual([[], [], []]);
    const keys = Array.from({ length: COUNT }, (_, index) => api.keyOf(index));
    const state = async (act: 'create' | 'delete', key: string) => {
      const answer = await client[act](key, { deadlineMs: DEADLINE_MS });
      return isError(answer) ? answer.error.code : (answer as { state?: string }).state;
    };
    const each = (act: 'create' | 'delete') => Promise.all(keys.map((key) => state(act, key)));
    expect(await each('create')).toEqual(keys.map(() => 'committed'));
    const all = [...keys].sort();
    expect(await held()).toEqual([all, all, all]);
    expect(await each('create')).toEqual(keys.map(() => 'refused'));
    expect(await client.stats()).toMatchObject({ consistent: true });
    expect(await each('delete')).toEqual(keys.map(() => 'committed'));
    expect(await held()).toEqual([[], [], []]);
    expect(await each('delete')).toEqual(keys.map(() => 'refused'));
  });
});
