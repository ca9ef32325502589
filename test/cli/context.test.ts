/** `lockstep context`, and which daemon a call goes to. */
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeContexts } from '../../src/cli/context/contexts.ts';
import { targetOf } from '../../src/cli/context/target.ts';
import { startPeer } from '../support/client-pair.ts';
import { runCli } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

function setUp() {
  const home = tempFolder();
  const env = { HOME: home, XDG_CONFIG_HOME: join(home, 'config') };
  const file = join(home, 'config', 'lockstep', 'contexts.json');
  const run = (args: readonly string[], more: Record<string, string> = {}) =>
    runCli(args, { env: { ...env, ...more } });
  return { home, env, file, run };
}

describe('context', () => {
  test('add, use, list, remove: the file is for its owner alone', async () => {
    const { home, file, run } = setUp();
    const add = ['context', 'add', 'prod', '--endpoint', 'tcp://10.0.0.1:5570', '--key', 'ann.key'];
    expect(await run(add)).toMatchObject({ code: 0 });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await run(['context', 'add', 'here', '--endpoint', 'tcp://127.0.0.1:5570']);
    expect((await run(['context', 'use', 'prod'])).code).toBe(0);
    const { stdout } = await run(['context', 'list']);
    expect(stdout).toMatch(/\* +prod +tcp:\/\/10\.0\.0\.1:5570 +\S*\/ann\.key\n/);
    expect((await run(['context', 'list', '-q'])).stdout).toBe('prod\nhere\n');
    const json = JSON.parse((await run(['context', 'list', '--json'])).stdout) as object;
    expect(json).toMatchObject({ file, current: 'prod', contexts: [{ name: 'prod' }, {}] });
    await run(['context', 'remove', 'prod']);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      contexts: { here: { endpoint: 'tcp://127.0.0.1:5570' } },
    });
    expect(home).toBeTruthy();
  });

  test('P9: the file is never larger than what is read again', async () => {
    const { file, run } = setUp();
    await run(['context', 'add', 'here', '--endpoint', 'tcp://127.0.0.1:5570']);
    const before = readFileSync(file, 'utf8');
    const contexts = new Map([['long', { endpoint: `tcp://${'x'.repeat(256 * 1024)}:1` }]]);
    expect(() => writeContexts(file, { contexts })).toThrow(/larger than 262144 bytes/);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  test('P10: wrong uses and a damaged file are named, and end with 2', async () => {
    const { file, run } = setUp();
    await run(['context', 'add', 'prod', '--endpoint', 'tcp://10.0.0.1:5570']);
    for (const [args, says] of [
      [['context', 'add', 'x'], /no address is given: lockstep context add x --endpoint/],
      [['context', 'add', '../x', '--endpoint', 'tcp://h:1'], /the name of a context must be/],
      [['context', 'use', 'prd'], /there is no context "prd"; did you mean prod\?/],
      [['context', 'use'], /no context is named: lockstep context use NAME/],
      [['list', '--context', 'prd'], /--context: there is no context "prd"; did you mean prod\?/],
    ] as const) {
      const { code, stderr } = await run(args);
      expect(stderr).toMatch(says);
      expect(code).toBe(2);
    }
    chmodSync(file, 0o644);
    expect((await run(['ping'])).stderr).toContain(`chmod 600 ${file}`);
    chmodSync(file, 0o600);
    writeFileSync(file, '{"contexts":{"a":{"endpoint":7}}}');
    expect((await run(['ping'])).stderr).toContain('a: endpoint must be a text');
  });

  test('a call goes to the current context, with the token of that context', async () => {
    const { home, run } = setUp();
    const peer = await startPeer();
    const token = join(home, 'ann.token');
    writeFileSync(token, 'lsk_secret\n', { mode: 0o600 });
    const address = ['--endpoint', peer.endpoint, '--token-file', token];
    await run(['context', 'add', 'there', ...address]);
    await run(['context', 'use', 'there']);
    expect((await run(['ping'], { LOCKSTEP_TOKEN: 'lsk_of_another' })).code).toBe(0);
    expect(new Set(peer.tokens)).toEqual(new Set(['lsk_secret']));
  });
});

describe('the daemon of a call', () => {
  const contexts = {
    current: 'now',
    contexts: {
      now: { endpoint: 'tcp://now:1', eventsEndpoint: 'tcp://now:2' },
      other: { endpoint: 'tcp://other:1', tokenFile: '/nowhere/token' },
    },
  };

  async function place() {
    const { home, env, file, run } = setUp();
    await run(['context', 'add', 'x', '--endpoint', 'tcp://x:1']);
    writeFileSync(file, JSON.stringify(contexts));
    writeFileSync(
      join(home, 'lockstep.config.json'),
      '{"endpoint":"tcp://127.0.0.1:6","eventsEndpoint":"tcp://127.0.0.1:7"}',
    );
    const of = async (args: object, more: object = {}) => {
      const target = await targetOf(args, { env: { ...env, ...more }, cwd: home });
      return [target.endpoint, target.eventsEndpoint];
    };
    return { of, file };
  }

  test('is that of an option, of the environment, of the current context, of the file, in this order', async () => {
    const { of, file } = await place();
    const env = { LOCKSTEP_ENDPOINT: 'tcp://env:1', LOCKSTEP_CONTEXT: 'now' };
    expect(await of({ endpoint: 'tcp://flag:1' }, env)).toEqual(['tcp://flag:1', undefined]);
    expect(await of({ context: 'now' }, env)).toEqual(['tcp://now:1', 'tcp://now:2']);
    expect(await of({}, env)).toEqual(['tcp://env:1', undefined]);
    expect(await of({})).toEqual(['tcp://now:1', 'tcp://now:2']);
    writeFileSync(file, JSON.stringify({ contexts: contexts.contexts }));
    expect(await of({}, { LOCKSTEP_CONTEXT: 'now' })).toEqual(['tcp://now:1', 'tcp://now:2']);
    expect(await of({})).toEqual(['tcp://127.0.0.1:6', 'tcp://127.0.0.1:7']);
  });

  test('never gets the token of another context', async () => {
    const { of } = await place();
    // The file of this context does not exist: only a call for its daemon would read it.
    await expect(of({ context: 'other' })).rejects.toThrow(/^context other: .*\/nowhere\/token/);
    expect(await of({ endpoint: 'tcp://flag:1' }, { LOCKSTEP_CONTEXT: 'other' })).toEqual([
      'tcp://flag:1',
      undefined,
    ]);
  });
});
