/** Real servers of which the configuration is wrong in one part: nothing is answered as done that is not. */
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { runCli } from '../support/run-cli.ts';
import { docker } from './apis/docker.ts';
import { powerdns } from './apis/powerdns.ts';
import { rabbitmq } from './apis/rabbitmq.ts';
import { users } from './apis/users.ts';
import { direct, NAMES, type Stage, stage } from './stage.ts';

const WRONG = 'another-secret';

async function tried({ config, env }: Stage, key: string): Promise<readonly Finding[]> {
  const words = ['doctor', '--json', '--timeout', '8s', '--config', config, '--try', key];
  const { stdout } = await runCli(words, { env });
  const { findings } = JSON.parse(stdout) as { findings: readonly Finding[] };
  return findings.filter(({ check }) => check.startsWith('canary '));
}

test('P1, P10, F2: a volume of a random name is no success, and doctor removes its own and names the body', {
  timeout: 180_000,
}, async (ctx) => {
  const why = docker.missing();
  if (why !== undefined) return ctx.skip(why);
  // Docker ignores members that it does not know, and answers 201 with a name of its own.
  const scene = await stage(docker, direct, { create: { body: { json: { groupId: '{key}' } } } });
  const findings = await tried(scene, 'canary');
  expect(findings.map(({ level }) => level)).toEqual(NAMES.map(() => 'fail'));
  for (const { message, hint } of findings) {
    expect(message).toMatch(
      /^the answer to the create of canary names another record: [0-9a-f]{64}$/,
    );
    expect(hint).toContain('dialect docker should say: create: {body: {json: {Name: "{key}"');
  }
  for (const node of scene.nodes.values()) expect(await node.keys()).toEqual([]);

  const answer = await scene.client.create('volume', { deadlineMs: 60_000 });
  expect(answer).toMatchObject({ state: 'rolled_back', reason: 'node_refused' });
  expect(scene.output()).toContain('a node created a record of another key');
  expect(scene.output()).toContain('201 for another key (wrong dialect?)');
  for (const node of scene.nodes.values()) expect(await node.keys()).not.toContain('volume');
});

describe.each([users, powerdns, rabbitmq])('P10, F5: $name with a wrong secret', (api) => {
  test('is named at once, long before the deadline', { timeout: 180_000 }, async (ctx) => {
    const why = api.missing();
    if (why !== undefined) return ctx.skip(why);
    const env = Object.fromEntries(Object.keys(api.env ?? {}).map((name) => [name, WRONG]));
    const scene = await stage({ ...api, env }, direct);
    const answer = await scene.client.create(api.keyOf(1), { deadlineMs: 60_000 });
    expect(answer).toMatchObject({ state: 'refused', reason: 'node_refused' });
    expect((answer as { readonly elapsedMs?: number }).elapsedMs).toBeLessThan(20_000);
    expect(JSON.stringify(answer)).toMatch(/"lastResponse":"401\b/);
    const findings = await tried(scene, api.keyOf(1));
    expect(findings.map(({ hint }) => hint)).toEqual(
      NAMES.map(() => expect.stringContaining('Correct the credentials of the node')),
    );
    expect(JSON.stringify([answer, findings]) + scene.output()).not.toContain(WRONG);
  });
});
