/** Where the command line looks for its daemon. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { targetOf } from '../../src/cli/context/target.ts';
import { nameFault } from '../../src/cli/input/endpoint.ts';
import { tempFolder } from '../support/temp-folder.ts';

const endpointOf = async (env: NodeJS.ProcessEnv, cwd: string) =>
  (await targetOf({}, { env: { HOME: cwd, ...env }, cwd })).endpoint;

test('the environment goes before the configuration file, that before the default', async () => {
  const folder = tempFolder();
  expect(await endpointOf({}, folder)).toBe('tcp://127.0.0.1:5570');
  writeFileSync(join(folder, 'lockstep.config.yaml'), 'endpoint: tcp://127.0.0.1:6570\n');
  expect(await endpointOf({}, folder)).toBe('tcp://127.0.0.1:6570');
  const env = { LOCKSTEP_ENDPOINT: 'tcp://127.0.0.1:7570' };
  expect(await endpointOf(env, folder)).toBe('tcp://127.0.0.1:7570');
  writeFileSync(join(folder, 'other.json'), '{"endpoint":"tcp://127.0.0.1:8570"}');
  expect(await endpointOf({ LOCKSTEP_CONFIG: 'other.json' }, folder)).toBe('tcp://127.0.0.1:8570');
});

test('P10: a file that cannot be read is bad usage, and named', async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'lockstep.config.json'), '{');
  await expect(endpointOf({}, folder)).rejects.toThrow(/^lockstep\.config\.json is not JSON/);
});

test('a host without an address is reported as such, not as an unreachable daemon', async () => {
  expect(await nameFault('tcp://no-such-host.invalid:5570')).toMatch(
    /^the host name no-such-host\.invalid in tcp:\S+ cannot be looked up \(\w+\)$/,
  );
  expect(await nameFault('tcp://127.0.0.1:5570')).toBeUndefined();
  expect(await nameFault('ipc:///tmp/lockstep')).toBeUndefined();
});

test('of several addresses each name is looked up', async () => {
  const fault = await nameFault('tcp://127.0.0.1:5570,tcp://no-such-host.invalid:5570');
  expect(fault).toContain('no-such-host.invalid');
});
