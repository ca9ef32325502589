import { expect, test } from 'vitest';
import { packageVersion } from '../../src/config/version.ts';
import { startPeer } from '../support/client-pair.ts';
import { runCli } from '../support/run-cli.ts';

const OWN = packageVersion();

test('version shows that of the program and that of the daemon', async () => {
  const peer = await startPeer();
  const env = { LOCKSTEP_ENDPOINT: peer.endpoint };
  expect(await runCli(['version'], { env })).toMatchObject({
    code: 0,
    stdout: `lockstep ${OWN}\nlockstepd 9.9.9\n`,
  });
  const { stdout } = await runCli(['version', '--json'], { env });
  expect(JSON.parse(stdout)).toEqual({ client: OWN, daemon: '9.9.9' });
});

test('version without a daemon still shows its own, and ends with 3 unless only that was asked for', async () => {
  const env = { LOCKSTEP_ENDPOINT: 'tcp://127.0.0.1:1' };
  const away = await runCli(['version', '--timeout', '200ms'], { env });
  expect(away).toMatchObject({ code: 3, stdout: `lockstep ${OWN}\n` });
  expect(away.stderr).toContain('tcp://127.0.0.1:1');
  const json = await runCli(['version', '--timeout', '200ms', '-o', 'json'], { env });
  expect(JSON.parse(json.stdout)).toMatchObject({ client: OWN, error: { code: 'unreachable' } });
  expect(await runCli(['version', '--client'], { env })).toMatchObject({ code: 0, stderr: '' });
});
