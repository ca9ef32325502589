/**
 * Variables with the prefix that are no settings: the simulator's, and Kubernetes' service links.
 */
import { describe, expect, test } from 'vitest';
import { loadSettings } from '../../src/config/load.ts';
import { readSettings } from '../../src/nodesim/settings.ts';
import { problemsOf, settingsOf } from './load-in.ts';

function nodesOf(env: Record<string, string>): string {
  return settingsOf({ env })
    .nodes.map(({ name, url }) => `${name}=${url}`)
    .join(',');
}

describe('the nodes are those of the simulator', () => {
  test.each([
    [
      { NODESIM_PORT: '9400' },
      'node01=http://127.0.0.1:9401/v1,node02=http://127.0.0.1:9402/v1,node03=http://127.0.0.1:9403/v1',
    ],
    [
      { NODESIM_HOST: '127.0.0.2', NODESIM_NODES: 'a, b' },
      'a=http://127.0.0.2:7401/v1,b=http://127.0.0.2:7402/v1',
    ],
    [{ NODESIM_HOST: '::', NODESIM_NODES: 'a' }, 'a=http://[::1]:7401/v1'],
  ])('where %o puts them', (env, nodes) => {
    expect(nodesOf(env)).toBe(nodes);
  });

  test('but not where somebody names other ones, by a variable or in a file', () => {
    const named = 'a=http://10.0.0.1/v1';
    expect(nodesOf({ NODESIM_PORT: '9400', LOCKSTEP_NODES: named })).toBe(named);
    const files = { 'lockstep.config.json': { nodes: { a: 'http://10.0.0.1/v1' } } };
    expect(settingsOf({ env: { NODESIM_PORT: '9400' }, files }).nodes).toHaveLength(1);
  });

  test('and a port that leaves them none is an error that names the variable', () => {
    expect(problemsOf({ env: { NODESIM_PORT: '65534' } })).toMatchObject([
      { source: 'NODESIM_PORT' },
    ]);
  });
});

describe('service links', () => {
  /** The variables of Kubernetes in every pod beside a service. */
  const links = (name: string, port: number) => ({
    [`${name}_SERVICE_HOST`]: '10.96.7.13',
    [`${name}_SERVICE_PORT`]: String(port),
    [`${name}_SERVICE_PORT_COMMANDS`]: String(port),
    [`${name}_PORT`]: `tcp://10.96.7.13:${port}`,
    [`${name}_PORT_${port}_TCP`]: `tcp://10.96.7.13:${port}`,
    [`${name}_PORT_${port}_TCP_PROTO`]: 'tcp',
    [`${name}_PORT_${port}_TCP_PORT`]: String(port),
    [`${name}_PORT_${port}_TCP_ADDR`]: '10.96.7.13',
  });

  test.each(['LOCKSTEP', 'LOCKSTEP_OPS', 'LOCKSTEP_NODES_PROXY', 'NODESIM'])(
    'of a service called %s change no setting and are no mistakes',
    (name) => {
      const cwd = '/nowhere/at/all';
      const linked = loadSettings({ env: links(name, 5580), cwd });
      expect(linked).toEqual(loadSettings({ env: {}, cwd }));
    },
  );

  test('of a service called nodesim leave the simulator at its port', () => {
    const settings = readSettings({}, links('NODESIM', 7400));
    expect(settings).toMatchObject({ ok: true, value: { port: 7400 } });
  });

  test('do not excuse a setting that only looks like one', () => {
    const env = { LOCKSTEP_OPS_PORT: 'tcp://127.0.0.1:5580', LOCKSTEP_SERVICE_HOST: 'what?' };
    expect(
      problemsOf({ env })
        .map(({ source }) => source)
        .sort(),
    ).toEqual(['LOCKSTEP_OPS_PORT', 'LOCKSTEP_SERVICE_HOST']);
  });
});
