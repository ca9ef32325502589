import { describe, expect, test } from 'vitest';
import { errorReply } from '../../src/protocol/errors.ts';
import { creates, startPeer } from '../support/client-pair.ts';
import type { Script } from '../support/peer-daemon.ts';
import { noTerminal, runCli, runCliAtTerminal } from '../support/run-cli.ts';

async function setUp(script: Script = {}) {
  const peer = await startPeer(script);
  const env = { LOCKSTEP_ENDPOINT: peer.endpoint };
  return { peer, env, run: (...args: string[]) => runCli(args, { env }) };
}

const REFUSED: Script = {
  settle: () => ({
    state: 'refused',
    reason: 'already_exists',
    nodes: {
      node01: { state: 'present', attempts: 2, lastResponse: '400 Perhaps\nthe object exists.' },
    },
  }),
};

describe('create-one and delete-one', () => {
  test('end with 0 and one line when it is done', async () => {
    const { run, peer } = await setUp();
    const created = await run('create-one', '5');
    expect(created).toMatchObject({ code: 0, stderr: '' });
    expect(created.stdout).toMatch(/^create 5: committed in \d+ ms, id \S{36}\n$/);
    expect(peer.nodes['node01']).toEqual(new Set(['5']));
    expect((await run('delete-one', '5')).stdout).toMatch(/^delete 5: committed/);
    expect(peer.nodes['node01']).toEqual(new Set());
  });

  test('end with 1 when it is not done, and say why, node by node', async () => {
    const { run } = await setUp(REFUSED);
    const { code, stdout } = await run('create-one', '5');
    expect(code).toBe(1);
    expect(stdout).toContain('create 5: refused, already_exists in 1 ms');
    expect(stdout).toContain('why: every node holds this key already; nothing was changed');
    expect(stdout).toMatch(/node01 +present +2 +400 Perhaps the object exists\./);
  });

  test.each(['rolled_back', 'refused', 'abandoned', 'compensating'] as const)(
    'end with 1 on %s',
    async (state) => {
      const { run } = await setUp({ settle: () => ({ state }) });
      expect((await run('create-one', '5')).code).toBe(1);
    },
  );

  test.each(['busy', 'unavailable', 'draining', 'id_conflict', 'internal'] as const)(
    'end with 1 on the error %s, with its hint',
    async (code) => {
      const { run } = await setUp({
        instead: ({ op }) => (op === 'create' ? errorReply(code, 'so it is') : undefined),
      });
      const result = await run('create-one', '5');
      expect(result).toMatchObject({ code: 1, stdout: '' });
      expect(result.stderr).toMatch(new RegExp(`^${code}: so it is\n {2}\\S`));
    },
  );

  test('pass every option on', async () => {
    const { run, peer } = await setUp();
    await run(
      'create-one',
      '5',
      '--id',
      'mine',
      '--ensure',
      '--deadline',
      '2m',
      '--lane=bulk',
      '--if-unavailable',
      'wait',
    );
    expect(creates(peer)).toEqual([
      {
        op: 'create',
        groupId: '5',
        id: 'mine',
        ensure: true,
        deadlineMs: 120_000,
        lane: 'bulk',
        ifUnavailable: 'wait',
        wait: 'settled',
        expiresAt: expect.any(Number) as number,
      },
    ]);
  });

  test('P7: repeated with the same id it is done once, with other content it is not', async () => {
    const { run, peer } = await setUp();
    expect((await run('create-one', '5', '--id', 'mine')).code).toBe(0);
    expect((await run('create-one', '5', '--id', 'mine')).code).toBe(0);
    expect((await run('create-one', '6', '--id', 'mine')).code).toBe(1);
    expect(peer.nodes['node01']).toEqual(new Set(['5']));
  });

  test('with --wait accepted end with 0 as soon as the daemon has it', async () => {
    const { run } = await setUp({ hold: () => true });
    const { code, stdout } = await run('create-one', '5', '--wait', 'accepted');
    expect(code).toBe(0);
    expect(stdout).toContain('create 5: applying');
  });

  test.each([
    '007',
    '1e3',
    '0x10',
    '9007199254740993',
    '-5',
    '-',
    '-x',
    '--json',
    'a b',
    '😀',
    '%2F',
    'true',
  ])('take the key %j as it is', async (key) => {
    const { run, peer } = await setUp();
    expect(await run('create-one', '--', key)).toMatchObject({ code: 0 });
    expect(peer.nodes['node01']).toEqual(new Set([key]));
  });

  test('with --json print the answer as one document', async () => {
    const { run } = await setUp(REFUSED);
    const hiding = await run('create-one', 'a\u202eb', '--json');
    expect(hiding.stdout).not.toMatch(/\u202e/);
    expect(JSON.parse(hiding.stdout)).toMatchObject({ groupId: 'a\u202eb' });
    const refused = await run('create-one', '5', '--json');
    expect(JSON.parse(refused.stdout)).toMatchObject({ groupId: '5', reason: 'already_exists' });
    expect(refused).toMatchObject({ code: 1, stderr: '' });
    const wrong = await run('create-one', '', '--json');
    expect(JSON.parse(wrong.stdout)).toMatchObject({ error: { field: 'groupId' } });
    expect(wrong).toMatchObject({ code: 2, stderr: '' });
  });

  test('a final answer that does not come is replaced by how the command stands', async () => {
    const { run } = await setUp({ hold: () => true });
    // The daemon gets its deadline and a margin before the client looks for itself.
    const { code, stdout, stderr } = await run(
      'create-one',
      '5',
      '--deadline',
      '1ms',
      '--id',
      'mine',
    );
    expect(stdout).toContain('create 5: applying');
    expect(stderr).toContain('Later: lockstep status mine');
    expect(code).toBe(1);
  }, 60_000);

  test('P7: an answer that got lost is found again', async () => {
    const { run } = await setUp({ mute: ({ op }) => op === 'create' });
    const { code, stdout } = await run('create-one', '5', '--deadline', '1ms');
    expect(stdout).toContain('create 5: committed');
    expect(code).toBe(0);
  }, 60_000);
});

describe('no daemon', () => {
  test('ends every command with 3, the endpoint and how to start it', async () => {
    const { peer, env } = await setUp();
    peer.down();
    for (const line of ['create-one 5', 'create 1', 'stats', 'status', 'list', 'retry x', 'ping']) {
      const { code, stdout, stderr } = await runCli([...line.split(' '), '--timeout', '500ms'], {
        env,
      });
      // A timer may end a millisecond early.
      expect(stderr).toMatch(/in (499|5\d\d) ms: connection refused, or the host is unreachable/);
      expect(stderr).toContain(`no answer from ${peer.endpoint} in `);
      expect(stderr).toContain('npm start');
      expect([code, stdout]).toEqual([3, '']);
    }
  });

  test('is reported as JSON with --json', async () => {
    const { peer, env } = await setUp();
    peer.down();
    const { code, stdout } = await runCli(['ping', '--json', '--timeout', '100ms'], { env });
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'unreachable', endpoint: peer.endpoint },
    });
    expect(code).toBe(3);
  });

  test('the flag goes before the environment', async () => {
    const { peer, env } = await setUp();
    const wrong = { LOCKSTEP_ENDPOINT: 'tcp://127.0.0.1:1' };
    expect((await runCli(['ping', '--endpoint', peer.endpoint], { env: wrong })).code).toBe(0);
    expect(
      (await runCli(['ping', '--endpoint', 'tcp://127.0.0.1:1', '--timeout', '50ms'], { env }))
        .code,
    ).toBe(3);
  });

  test('a daemon that hangs is no better', async () => {
    const { run } = await setUp({ mute: () => true });
    const { code, stderr } = await run('ping', '--timeout', '200ms');
    expect(stderr).toContain('connected, but no answer came');
    expect(code).toBe(3);
  });
});

describe.skipIf(noTerminal !== undefined)(`at a terminal${noTerminal ?? ''}`, () => {
  test('outcomes have colours, and none with NO_COLOR', async () => {
    const { env } = await setUp();
    expect((await runCliAtTerminal(['create-one', '5'], { env })).stdout).toContain(
      '\u001b[32mcommitted',
    );
    const plain = await runCliAtTerminal(['create-one', '6'], { env: { ...env, NO_COLOR: '1' } });
    expect(plain.stdout).toContain('create 6: committed');
    expect(plain.stdout).not.toContain('\u001b');
  });
});
