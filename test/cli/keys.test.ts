/** `lockstep keys`, as operators run it, and the tokens that all other subcommands send. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readClientFile } from '../../src/clients/client-file.ts';
import { newToken } from '../../src/clients/token.ts';
import { startPeer } from '../support/client-pair.ts';
import { emptyFifo } from '../support/fifo.ts';
import { runCli } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

const TOKEN = /^lsk_[A-Za-z0-9_-]{43}$/;

function place() {
  const data = tempFolder();
  const path = join(data, 'clients.json');
  const keys = (...args: readonly string[]) =>
    runCli(['keys', ...args], { env: { LOCKSTEP_DATA_DIR: data } });
  const list = () => {
    const read = readClientFile(path);
    return read.ok ? read.list : undefined;
  };
  return { data, path, keys, list };
}

describe('lockstep keys', () => {
  test('add shows the token once, on stdout; the list keeps its hash', async () => {
    const { keys, list, path } = place();
    const { code, stdout, stderr } = await keys('add', 'deploy', '--role', 'commands');
    const token = stdout.trim();
    expect([code, token]).toEqual([0, expect.stringMatching(TOKEN)]);
    expect(stderr).toContain('from now on every request needs a token');
    expect(stderr).not.toContain(token);
    expect(list()?.byToken(token)).toMatchObject({ name: 'deploy', role: 'commands' });
    expect(readFileSync(path, 'utf8')).not.toContain(token);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const shown = await keys('list');
    expect(shown.stdout).toBe('client  role      CURVE key\ndeploy  commands\n');
    expect((await keys('list', '--json')).stdout).toBe(
      `${JSON.stringify({ file: path, clients: [{ name: 'deploy', role: 'commands' }] })}\n`,
    );
  });

  test('--out writes the token to a private file, and shows it nowhere', async () => {
    const { data, keys, list } = place();
    const out = join(data, 'ops.token');
    const { code, stdout, stderr } = await keys('add', 'ops', '--role', 'operate', '--out', out);
    expect([code, stdout]).toEqual([0, `The token of ops is in ${out}.\n`]);
    expect(stderr).not.toContain('lsk_');
    const token = readFileSync(out, 'utf8').trim();
    expect(list()?.byToken(token)?.name).toBe('ops');
    expect(statSync(out).mode & 0o777).toBe(0o600);
    const again = await keys('add', 'more', '--role', 'read', '--out', out);
    expect(again).toMatchObject({
      code: 1,
      stderr: `lockstep: ${out} exists\n  Name a new file, or remove this one.\n`,
    });
    expect(list()?.clients).toHaveLength(1);
    expect((await keys('rotate', 'ops', '--out', out)).code).toBe(0);
    const next = readFileSync(out, 'utf8').trim();
    expect(list()?.byToken(token)).toBeUndefined();
    expect(list()?.byToken(next)).toMatchObject({ name: 'ops', role: 'operate' });
    expect(readdirSync(data).sort()).toEqual(['clients.json', 'ops.token']);
  });

  test('rotate --overlap leaves the old token in force for a while, and the next one does not', async () => {
    const { keys, list } = place();
    const first = (await keys('add', 'ops', '--role', 'operate')).stdout.trim();
    const second = (await keys('rotate', 'ops', '--overlap', '10m')).stdout.trim();
    for (const token of [first, second]) expect(list()?.byToken(token)?.name).toBe('ops');
    expect((await keys('list')).stdout).toMatch(/old token until\nops +operate +\d{4}-.*Z\n$/);
    const third = (await keys('rotate', 'ops')).stdout.trim();
    for (const token of [first, second]) expect(list()?.byToken(token)).toBeUndefined();
    expect(list()?.byToken(third)?.name).toBe('ops');
    for (const overlap of ['8d', '10', 'x']) {
      expect((await keys('rotate', 'ops', '--overlap', overlap)).code).toBe(2);
    }
    expect((await keys('add', 'b', '--role', 'read', '--overlap', '1m')).code).toBe(2);
    expect(list()?.byToken(third)?.name).toBe('ops');
  });

  test('--out replaces no pipe, device or link', async () => {
    const { keys, list } = place();
    await keys('add', 'ops', '--role', 'operate');
    const before = list()?.clients;
    const pipe = emptyFifo();
    expect(await keys('rotate', 'ops', '--out', pipe)).toMatchObject({
      code: 1,
      stderr: `lockstep: ${pipe} is not a file\n`,
    });
    expect(statSync(pipe).isFIFO()).toBe(true);
    expect(list()?.clients).toEqual(before);
  });

  test('remove takes one client out; an empty list is still a list', async () => {
    const { keys, list } = place();
    await keys('add', 'ann', '--role', 'operate');
    expect(await keys('remove', 'an')).toMatchObject({
      code: 1,
      stderr: 'lockstep: there is no client an\n  Did you mean ann?\n',
    });
    const { code, stdout, stderr } = await keys('remove', 'ann');
    expect([code, stdout]).toEqual([
      0,
      'ann is no client any more; its next request is refused.\n',
    ]);
    expect(stderr).toBe('The list is empty now: nobody may do anything.\n');
    expect(list()?.clients).toEqual([]);
  });

  test('off takes the list and its mark away, and asks first', async () => {
    const { data, keys, list } = place();
    await keys('add', 'ann', '--role', 'operate');
    writeFileSync(join(data, 'clients-used'), '');
    const asked = await keys('off');
    expect(asked).toMatchObject({ code: 2, stdout: '' });
    expect(asked.stderr).toContain('everybody who can connect may command the daemon');
    expect(readdirSync(data).sort()).toEqual(['clients-used', 'clients.json']);
    const { code, stdout } = await keys('off', '--yes');
    expect([code, stdout]).toEqual([
      0,
      `The list is kept as ${join(data, 'clients.json.off')}.\n` +
        'A daemon that starts now asks for no token; one that runs still does.\n',
    ]);
    expect(readdirSync(data)).toEqual(['clients.json.off']);
    expect(list()).toBeUndefined();
    expect((await keys('off', '--yes', '--json')).stdout).toBe(
      `${JSON.stringify({ file: join(data, 'clients.json'), kept: null })}\n`,
    );
  });

  test('ten at once lose no client', async () => {
    const { keys, list } = place();
    const names = Array.from({ length: 10 }, (_, index) => `c${index}`);
    const all = await Promise.all(names.map((name) => keys('add', name, '--role', 'read')));
    expect(all.map(({ code }) => code)).toEqual(names.map(() => 0));
    expect(
      list()
        ?.clients.map(({ name }) => name)
        .sort(),
    ).toEqual(names);
    for (const { stdout } of all) expect(list()?.byToken(stdout.trim())).toBeDefined();
  });

  test.each([
    [
      ['add', 'deploy'],
      2,
      'no role is given: lockstep keys add deploy --role commands|read|operate',
    ],
    [['add', 'deploy', '--role', 'admin'], 2, '--role must be one of'],
    [['add', '--role', 'read'], 2, 'no client is named: lockstep keys add NAME'],
    [['add', 'a\nb', '--role', 'read'], 2, 'the name of a client must be 1 to 64 letters'],
    [['remove', 'ann (unverified)'], 2, 'the name of a client must be 1 to 64 letters'],
    [['rotate', 'nobody'], 1, 'there is no client nobody'],
    [['make', 'x'], 2, 'act must be one of'],
    [['add', 'x', '--role', 'read', '--out', '/'], 1, '/ is not a file'],
    [['add', 'x', '--role', 'read', '--out', '/nowhere/x'], 1, 'cannot write /nowhere/x: ENOENT'],
  ] as const)('P10: %j is rejected, and no list is made', async (args, code, message) => {
    const { keys, list } = place();
    const result = await keys(...args);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toContain(message);
    expect(list()?.clients ?? []).toEqual([]);
  });

  test('P10: each problem of the configuration has a line of its own', async () => {
    const env = { LOCKSTEP_DATA_DIR: tempFolder(), LOCKSTEP_OPS_PORT: 'x', LOCKSTEP_AUTH: 'y' };
    for (const args of [
      ['keys', 'list'],
      ['backup', 'copy.db'],
    ]) {
      const { code, stderr } = await runCli(args, { env });
      expect(code).toBe(2);
      expect(stderr).toMatch(/^lockstep: The configuration is wrong \(2 problems\):$/m);
      expect(stderr).toMatch(/^ {2}LOCKSTEP_OPS_PORT /m);
      expect(stderr).toMatch(/^ {2}LOCKSTEP_AUTH /m);
    }
  });

  test('a list that cannot be used is left as it is', async () => {
    const { keys, path } = place();
    writeFileSync(path, '{"clients":[', { mode: 0o600 });
    for (const args of [['list'], ['add', 'x', '--role', 'read'], ['remove', 'x']]) {
      expect(await keys(...args)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(`${path}: is not JSON`),
      });
    }
    expect(readFileSync(path, 'utf8')).toBe('{"clients":[');
    chmodSync(path, 0o644);
    expect((await keys('list')).stderr).toBe(
      `lockstep: other users of this machine may open ${path} (mode 0644)\n  chmod 600 ${path}\n`,
    );
  });
});

describe('the token of a call', () => {
  test.each([
    ['--token-file', (file: string) => ({ args: ['--token-file', file], env: {} })],
    ['LOCKSTEP_TOKEN_FILE', (file: string) => ({ args: [], env: { LOCKSTEP_TOKEN_FILE: file } })],
    [
      'LOCKSTEP_TOKEN',
      (_: string, token: string) => ({ args: [], env: { LOCKSTEP_TOKEN: token } }),
    ],
  ])('comes from %s', async (_, given) => {
    const peer = await startPeer();
    const token = newToken();
    const file = join(tempFolder(), 'token');
    writeFileSync(file, `${token}\n`, { mode: 0o600 });
    const { args, env } = given(file, token);
    const called = await runCli(['create-one', '5', '--endpoint', peer.endpoint, ...args], { env });
    expect(called.code).toBe(0);
    expect(new Set(peer.tokens)).toEqual(new Set([token]));
  });

  test('without one, requests have none', async () => {
    const peer = await startPeer();
    const env = { LOCKSTEP_TOKEN: '', LOCKSTEP_TOKEN_FILE: '' };
    await runCli(['ping', '--endpoint', peer.endpoint], { env });
    expect(peer.tokens).toEqual([undefined, undefined]);
  });

  test('P10: a file that cannot be used is named, and nothing of it is shown', async () => {
    const folder = tempFolder();
    const open = join(folder, 'open');
    writeFileSync(open, newToken());
    chmodSync(open, 0o644);
    const words = join(folder, 'words');
    writeFileSync(words, 'lsk_one lsk_two', { mode: 0o600 });
    const long = join(folder, 'long');
    writeFileSync(long, `lsk_${'x'.repeat(200)}`, { mode: 0o600 });
    mkdirSync(join(folder, 'folder'));
    const cases = [
      [join(folder, 'none'), "which can't be read: ENOENT"],
      [join(folder, 'folder'), 'which is not a file'],
      [open, 'which all users of this machine can read (chmod o-rwx'],
      [words, 'holds no token: one word of at most 128 characters'],
      [long, 'holds no token: one word of at most 128 characters'],
    ] as const;
    for (const [file, message] of cases) {
      const { code, stderr } = await runCli(['ping', '--token-file', file]);
      expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
      expect(stderr).toContain(file);
      expect(stderr).not.toContain('lsk_');
    }
  });
});
