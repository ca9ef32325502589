/** `lockstep keys` for CURVE: the key of the daemon, and key files of clients. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readClientFile } from '../../src/clients/client-file.ts';
import { readClientKey } from '../../src/clients/client-key.ts';
import { readServerKey } from '../../src/clients/server-key.ts';
import { runCli } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

function place() {
  const data = tempFolder();
  const curve = join(data, 'keys/server.key');
  const env = { LOCKSTEP_DATA_DIR: data, LOCKSTEP_CURVE_KEY_FILE: curve };
  const keys = (...args: readonly string[]) => runCli(['keys', ...args], { env });
  return { data, curve, keys };
}

describe('lockstep keys server', () => {
  test('makes the key of the daemon once, for its owner alone', async () => {
    const { curve, keys } = place();
    const { code, stdout } = await keys('server', '--json');
    const read = readServerKey(curve);
    if (!read.ok) throw new Error(read.fault.message);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ file: curve, publicKey: read.pair.publicKey });
    expect(statSync(curve).mode & 0o777).toBe(0o600);
    const again = await keys('server');
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('exists and is not replaced');
    expect(readServerKey(curve)).toEqual(read);
    expect(stdout + again.stderr).not.toContain(read.pair.secretKey);
  });

  test('P10: without a file it is refused', async () => {
    const { code, stderr } = await runCli(['keys', 'server']);
    expect(code).toBe(2);
    expect(stderr).toContain('set LOCKSTEP_CURVE_KEY_FILE, or give --out FILE');
  });
});

describe('lockstep keys add --key-out', () => {
  test('makes a key file with everything that the client needs, and shows no secret', async () => {
    const { data, curve, keys } = place();
    await keys('server');
    const file = join(data, 'deploy.key');
    const { code, stdout } = await keys('add', 'deploy', '--role', 'commands', '--key-out', file);
    expect([code, stdout]).toEqual([0, `The key file of deploy is ${file}.\n`]);
    const [read, server] = [readClientKey(file), readServerKey(curve)];
    if (!read.ok || !server.ok) throw new Error('it cannot be read');
    expect(read.key.serverKey).toBe(server.pair.publicKey);
    const listed = readClientFile(join(data, 'clients.json'));
    const list = listed.ok ? listed.list : undefined;
    expect(list?.byCurveKey(read.key.publicKey)?.name).toBe('deploy');
    expect(list?.byToken(read.key.token ?? '')?.name).toBe('deploy');
    const rotated = await keys('rotate', 'deploy', '--key-out', file);
    expect(rotated.code).toBe(0);
    const renewed = readClientFile(join(data, 'clients.json'));
    expect(renewed.ok && renewed.list?.byCurveKey(read.key.publicKey)).toBeUndefined();
    expect(readFileSync(file, 'utf8')).not.toContain(read.key.secretKey);
  });

  test('a renewal replaces no file but that of a token or a client', async () => {
    const { data, curve, keys } = place();
    await keys('server');
    const file = join(data, 'ann.key');
    await keys('add', 'ann', '--role', 'operate', '--key-out', file);
    const list = join(data, 'clients.json');
    const before = [curve, file, list].map((path) => readFileSync(path, 'utf8'));
    for (const path of [curve, file, list]) {
      const { code, stderr } = await keys('rotate', 'ann', '--out', path);
      expect([code, stderr]).toEqual([1, expect.stringContaining('is not replaced')]);
    }
    expect((await keys('rotate', 'ann', '--key-out', curve)).code).toBe(1);
    expect([curve, file, list].map((path) => readFileSync(path, 'utf8'))).toEqual(before);
  });

  test('P10: needs the key of the daemon, and no --out beside it', async () => {
    const { data, keys } = place();
    const add = ['add', 'deploy', '--role', 'commands', '--key-out', join(data, 'a.key')];
    const { code, stderr } = await keys(...add);
    expect(code).toBe(1);
    expect(stderr).toContain('`lockstep keys server` makes it.');
    expect((await keys(...add, '--out', join(data, 'b'))).code).toBe(2);
    const without = await runCli(['keys', ...add], { env: { LOCKSTEP_DATA_DIR: data } });
    expect(without.stderr).toContain('LOCKSTEP_CURVE_KEY_FILE is not set');
  });

  test('a client without a key is told that it cannot connect by CURVE', async () => {
    const { keys } = place();
    const { stderr } = await keys('add', 'ops', '--role', 'operate');
    expect(stderr).toContain('ops has no key: where the daemon uses CURVE it cannot connect');
  });
});
