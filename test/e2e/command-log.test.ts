/**
 * The debug log of one command that was rolled back, selected by the command's id as an operator
 * would.
 */
import { expect, test } from 'vitest';
import { startCluster } from '../support/cluster.ts';

test('the debug log reports the whole story of a command that was rolled back, in order', async () => {
  const cluster = await startCluster({
    env: { LOCKSTEP_LOG_LEVEL: 'debug', LOCKSTEP_LOG_FORMAT: 'json' },
  });
  await cluster.sim.setFaults('node03', { forceStatus: 403, on: ['create'] });
  const { id } = (await cluster.client.create('k 5')) as { id: string };
  await cluster.daemon.stop();

  const lines = cluster.daemon.output
    .split('\n')
    .filter((line) => line.startsWith('{') && line.includes(id))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .sort((one, other) => String(one['timestamp']).localeCompare(String(other['timestamp'])));
  const steps = lines.map((line) =>
    [line['message'], line['node'], line['request']].filter(Boolean).join(' '),
  );
  expect(steps[0]).toBe('a command was accepted');
  expect(steps.slice(1, 4).toSorted()).toEqual([
    'attempt node01 create',
    'attempt node02 create',
    'attempt node03 create',
  ]);
  expect(steps[4]).toBe('a command is being rolled back');
  expect(new Set(steps.slice(5, -1))).toEqual(
    new Set(['attempt node01 delete', 'attempt node02 delete']),
  );
  expect(steps.at(-1)).toBe('a command was rolled back');

  const accepted = lines[0];
  expect(accepted).toMatchObject({ id, op: 'create', groupId: 'k 5', lane: 'interactive' });
  const refused = lines.find((line) => line['node'] === 'node03');
  expect(refused).toMatchObject({
    attempt: 1,
    method: 'POST',
    path: '/v1/group',
    answer: 'refused',
    status: 403,
    response: expect.stringMatching(/^403 /) as string,
    token: expect.stringMatching(/^\d+\.\d{6}$/) as string,
    ms: expect.any(Number) as number,
  });
  const applied = lines.find((line) => line['node'] === 'node01' && line['request'] === 'create');
  expect(applied).toMatchObject({ status: 201, attempt: 1 });
  expect(applied).not.toHaveProperty('said');
  expect(lines.at(-1)).toMatchObject({ level: 'info', reason: 'node_refused' });
});
