/**
 * docker-compose.yml: outer settings reach the containers, and the daemon runs without the
 * simulator.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { SETTING_KEYS } from '../../src/config/schema.ts';
import { docOf } from '../../src/config/settings/setting.ts';
import { envName } from '../../src/config/sources/names.ts';
import { PROJECT } from './temp-project.ts';

interface Service {
  readonly environment: Readonly<Record<string, string | number | null>>;
  readonly depends_on?: unknown;
  readonly sysctls?: Readonly<Record<string, number>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly networks?: { readonly default: { readonly aliases: readonly string[] } };
}

const { services } = parse(readFileSync(join(PROJECT, 'docker-compose.yml'), 'utf8')) as {
  services: { readonly lockstepd: Service; readonly nodesim: Service };
};
const { environment, depends_on: needed } = services.lockstepd;
/** The container's own: its ports inside, its volume, and pm2's word for a stop. */
const OF_THE_CONTAINER = ['LOCKSTEP_OPS_PORT', 'LOCKSTEP_DATA_DIR', 'LOCKSTEP_STOP_EXIT_CODE'];

const NO_SETTINGS = ['LOCKSTEP_CONFIG', 'LOCKSTEP_KEY_FILE'];

it('passes every setting that has a variable on to the daemon', () => {
  const variables = SETTING_KEYS.filter((key) => docOf(key).fileOnly !== true).map(envName);
  const wanted = variables.filter((name) => !OF_THE_CONTAINER.includes(name)).sort();
  const passed = Object.keys(environment).filter((name) => name.startsWith('LOCKSTEP_'));
  expect(passed.filter((name) => !NO_SETTINGS.includes(name)).sort()).toEqual(wanted);
  // Empty is unset for these; of the others an empty one would be an error.
  // SYSLOG_ADDRESS is Docker's there, and LOCKSTEP_SYSLOG_ADDRESS the daemon's own.
  const shared = SETTING_KEYS.flatMap((key) => docOf(key).variable ?? []).filter(
    (name) => name !== 'SYSLOG_ADDRESS',
  );
  expect(Object.keys(environment)).toEqual(expect.arrayContaining(shared));
});

it('leaves a setting that is not set outside unset inside', () => {
  const fixed = [
    'LOCKSTEP_NODES',
    'LOCKSTEP_ENDPOINT',
    'LOCKSTEP_EVENTS_ENDPOINT',
    'LOCKSTEP_OPS_HOST',
  ];
  const keys = ['LOCKSTEP_CURVE_KEY_FILE', 'LOCKSTEP_CLIENTS', 'LOCKSTEP_KEY_FILE'];
  const withDefault = [...fixed, ...keys, 'LOCKSTEP_MEMORY_LIMIT_BYTES', 'LOCKSTEP_OPS_NAMES'];
  const others = Object.entries(environment).filter(
    ([name]) => name.startsWith('LOCKSTEP_') && !withDefault.includes(name),
  );
  expect(others.length).toBeGreaterThan(40);
  expect(others.filter(([, value]) => value !== null)).toEqual([]);
});

it('starts the daemon without the simulator', () => {
  expect(needed).toBeUndefined();
});

it('has the nodes on the port of http under their names, and each on the port that the daemon asks', () => {
  const { environment: given, sysctls, healthcheck, networks } = services.nodesim;
  const first = Number(given['NODESIM_PORT']);
  expect(first).toBe(80);
  expect(sysctls?.['net.ipv4.ip_unprivileged_port_start']).toBeLessThanOrEqual(first);
  expect(healthcheck?.test.at(-1)).toBe('http://127.0.0.1/ping/');
  const nodes = /^\$\{LOCKSTEP_NODES:-(.*)\}$/.exec(String(environment['LOCKSTEP_NODES']))?.[1];
  const hosts = networks?.default.aliases ?? [];
  expect(nodes?.split(',')).toEqual(
    hosts.map((host, index) => `${host.split('.')[0]}=http://${host}:${first + 1 + index}/v1`),
  );
});
