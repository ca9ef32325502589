import { describe, expect, test } from 'vitest';
import { startPeer } from '../support/client-pair.ts';
import type { Script } from '../support/peer-daemon.ts';
import { runCli } from '../support/run-cli.ts';

/** As it is listed, and as its executor knows it. */
const OPEN = {
  id: 'a',
  op: 'create',
  groupId: '5',
  state: 'compensating',
  stuck: true,
  elapsedMs: 90_000,
} as const;
const SEEN = {
  ...OPEN,
  nodes: {
    node01: { state: 'absent', attempts: 2 },
    node02: { state: 'unknown', attempts: 9, lastResponse: 'connect ECONNREFUSED' },
  },
} as const;

async function setUp(script: Script = {}) {
  const peer = await startPeer(script);
  const run = (...args: string[]) => runCli(args, { env: { LOCKSTEP_ENDPOINT: peer.endpoint } });
  return { peer, run };
}

describe('the story of a command', () => {
  const at = (ms: number) => new Date(1_795_000_000_000 + ms).toISOString();
  const answer = {
    ...SEEN,
    acceptedAt: at(0),
    story: [
      { at: at(0), step: 'accepted' },
      { at: at(0), step: 'waited', for: 'key', command: 'b\u202e', ms: 1200 },
      {
        at: at(1205),
        step: 'attempt',
        node: 'node02',
        number: 1,
        request: 'create',
        ms: 5,
        answer: 'refused',
        detail: '403 \u001b[2J no',
      },
      { at: at(1300), step: 'left_out', attempts: { node02: { lost: 31, unsent: 2 } }, steps: 1 },
      { at: at(9000), step: 'waited', for: 'breaker', node: 'node02' },
    ],
  } as const;

  test('is a table: when, where, what, how long, the answer; text of others is made harmless', async () => {
    const { run } = await setUp({ instead: ({ op }) => (op === 'status' ? answer : undefined) });
    const { stdout } = await run('status', 'a', '--story');
    const table = stdout.slice(stdout.indexOf(' after')).split('\n');
    expect(table.map((line) => line.trim().replaceAll(/ {2,}/g, ' | '))).toEqual([
      'after | node | step | took | answer',
      '0 ms | accepted',
      expect.stringMatching(/^0 ms \| waited for the key, held by command b\S* \| 1\.2 s$/),
      expect.stringMatching(/^1\.2 s \| node02 \| attempt 1: create \| 5 ms \| refused: 403 .*no$/),
      '1.3 s | not listed | node02: 31 lost, 2 unsent; 1 other step',
      '9.0 s | waits for the breaker of node02',
      '',
    ]);
    for (const unsafe of ['\u001b', '\u202e']) expect(stdout).not.toContain(unsafe);
  });
});

describe('a delete that cannot be undone', () => {
  const forward = { ...SEEN, op: 'delete', state: 'applying', forwardOnly: true } as const;

  test('is shown with the reason why it continues, and with the way to end it', async () => {
    const { run } = await setUp({ instead: ({ op }) => (op === 'status' ? forward : undefined) });
    const { stdout } = await run('status', 'a');
    expect(stdout).toContain('delete 5: applying, stuck for 1 min 30 s, cannot be undone\n');
    expect(stdout).toContain(
      'why: a node has deleted its record, or may have: it continues until all nodes have; lockstep abandon gives it up\n',
    );
  });

  test('is named in a list', async () => {
    const { run } = await setUp({
      instead: ({ op }) => (op === 'list' ? { commands: [forward] } : undefined),
    });
    expect((await run('list')).stdout).toContain('applying, cannot be undone, stuck');
  });

  test('(or that can) shows, once rolled back, the nodes that restored the record, and the members lost', async () => {
    const node01 = {
      state: 'present',
      attempts: 2,
      restored: 'mapped',
      dropped: ['serial'],
    } as const;
    const node02 = { state: 'present', attempts: 2, restored: 'exact' } as const;
    const ended = { ...OPEN, state: 'rolled_back', nodes: { node01, node02 } } as const;
    const { run } = await setUp({ instead: ({ op }) => (op === 'status' ? ended : undefined) });
    const { stdout } = await run('status', 'a');
    expect(stdout).toMatch(/node01 +present, restored without serial +2/);
    expect(stdout).toMatch(/node02 +present, restored +2/);
  });
});

describe('stats', () => {
  test('say that all nodes hold the same, and how many each', async () => {
    const { run } = await setUp();
    await run('create', '0..11');
    const { code, stdout } = await run('stats');
    expect(stdout).toBe('consistent: yes\n\nnode    records\nnode01       12\nnode02       12\n');
    expect(code).toBe(0);
  });

  test('say so of what the cluster says of itself', async () => {
    const nodes = { node01: { count: 3 }, node02: { count: 3 } };
    const instead: Script['instead'] = ({ op }) =>
      op === 'stats' ? { consistent: true, nodes, reported: true } : undefined;
    const { run } = await setUp({ instead });
    const { code, stdout } = await run('stats');
    expect(stdout).toMatch(/^consistent: yes, as the cluster reports itself\n\n/);
    expect(code).toBe(0);
  });

  test('end with 1 if they do not', async () => {
    const { run, peer } = await setUp();
    peer.nodes['node02']?.add('stray');
    const { code, stdout } = await run('stats');
    expect(stdout).toContain('consistent: no (the nodes hold different records)');
    expect(code).toBe(1);
  });

  test('end with 1 if a node can not be asked, and tell which and why', async () => {
    const { run } = await setUp({
      instead: ({ op }) =>
        op === 'stats'
          ? { consistent: null, nodes: { node01: { count: 3 }, node02: { error: 'timeout' } } }
          : undefined,
    });
    const { code, stdout } = await run('stats');
    expect(stdout).toContain('consistent: unknown (not every node answered)');
    expect(stdout).toMatch(/node02 +\? +timeout/);
    expect(code).toBe(1);
    const json = await run('stats', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ consistent: null });
    expect(json.code).toBe(1);
  });
});

describe('status', () => {
  test('of the daemon shows queues, threads and nodes', async () => {
    const { run } = await setUp();
    const { code, stdout } = await run('status');
    expect(stdout).toContain('lockstepd 9.9.9, pid');
    expect(stdout).toContain('running for 1 h 2 min');
    expect(stdout).toContain('open: 0 of at most 200000, 0 rolling back, 0 stuck');
    expect(stdout).toContain('threads: main, coordinator, executor-1, watchdog');
    expect(stdout).toMatch(/bulk +2 +1\n/);
    expect(stdout).toMatch(/node01 +closed +5 +applied 4, unsure 1 +500 boom/);
    expect(code).toBe(0);
    expect(JSON.parse((await run('status', '--json')).stdout)).toMatchObject({ openMax: 200_000 });
  });

  test('of a command shows it node by node; of an unknown one ends with 1', async () => {
    const { run } = await setUp({ settle: () => ({ state: 'rolled_back', reason: 'deadline' }) });
    await run('create-one', '5', '--id', 'mine');
    const { code, stdout } = await run('status', 'mine');
    expect(stdout).toContain('create 5: rolled_back, deadline');
    expect(stdout).toContain('id: mine');
    expect(stdout).toMatch(/node02 +present +1\n/);
    expect(code).toBe(0);
    expect(await run('status', 'nobody')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('unknown_command'),
    });
  });
});

describe('list', () => {
  test('P10: names a command that the journal has damaged beside the others, and ends with 1', async () => {
    const damaged = [{ id: 'b\u202e', message: 'command 4 cannot be read back: its op is "x"' }];
    const { run } = await setUp({
      instead: ({ op }) => (op === 'list' ? { commands: [OPEN], damaged } : undefined),
    });
    const { code, stdout, stderr } = await run('list');
    expect([code, stdout]).toEqual([1, expect.stringContaining('compensating')]);
    expect(stderr).toMatch(/^lockstep: b<U\+202E> is damaged in the journal: command 4 .*"x"$/m);
    expect(stderr).toContain('lockstep journal check');
  });

  test('shows a row a command, and how to read on', async () => {
    const { run } = await setUp();
    await run('create', '0..4');
    const { code, stdout, stderr } = await run('list', '--limit', '2');
    expect(stdout.trimEnd().split('\n')).toHaveLength(3);
    expect(stdout).toMatch(/create +\d +committed +1 ms +\S+\n/);
    expect(stderr).toContain('--cursor 2');
    expect(code).toBe(0);
    const next = await run('list', '--limit', '2', '--cursor', '4');
    expect(next.stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(next.stderr).toBe('');
  });

  test('shows of an open command what each node said last, in JSON its nodes', async () => {
    const { run } = await setUp({
      hold: () => true,
      instead: ({ op }) => {
        if (op === 'list') return { commands: [OPEN] };
        return op === 'status' ? SEEN : undefined;
      },
    });
    const { stdout } = await run('list', '--stuck');
    expect(stdout).toMatch(/took +id +last responses\n/);
    expect(stdout).toMatch(/compensating, stuck .* a +node02: connect ECONNREFUSED\n/);
    const json = JSON.parse((await run('list', '--stuck', '--json')).stdout) as object;
    expect(json).toMatchObject({ commands: [{ id: 'a', nodes: { node02: { attempts: 9 } } }] });
  });

  test('tell parked commands', async () => {
    const { run, peer } = await setUp({
      instead: ({ op }) =>
        op === 'list' ? { commands: [{ ...OPEN, stuck: true, parked: true }] } : undefined,
    });
    const { stdout } = await run('list', '--parked');
    expect(stdout).toMatch(/compensating, stuck, parked /);
    expect(peer.seen.find(({ op }) => op === 'list')).toMatchObject({ parked: true });
  });

  test('passes its filters on', async () => {
    const { run, peer } = await setUp();
    const line = 'list --state refused,rolled_back --state abandoned --stuck --key 5 --node node01';
    await run(...line.split(' '), '--older-than', '1m', '--younger-than', '2h', '--json');
    expect(peer.seen.find(({ op }) => op === 'list')).toEqual({
      op: 'list',
      state: ['refused', 'rolled_back', 'abandoned'],
      stuck: true,
      groupId: '5',
      node: 'node01',
      olderThanMs: 60_000,
      youngerThanMs: 7_200_000,
      limit: 100,
    });
  });

  test('of nothing says so', async () => {
    const { run } = await setUp();
    expect(await run('list')).toMatchObject({ code: 0, stdout: 'No commands.\n' });
    expect(JSON.parse((await run('list', '--json')).stdout)).toEqual({ commands: [] });
  });
});

describe('ping', () => {
  test('ends with 0 if the daemon takes in new commands, with 1 and the reason if it does not', async () => {
    const { run, peer } = await setUp();
    const there = await run('ping');
    expect(there.stdout).toMatch(
      /^lockstepd 9\.9\.9, pid \d+: accepting, answered in [\d.]+ ms\n$/,
    );
    expect(there.code).toBe(0);
    const refusal = { reason: 'full', message: '7 commands are open' } as const;
    peer.script.instead = () => ({ pid: 1, version: '9.9.9', accepting: false, refusal });
    expect(await run('ping')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(
        /^lockstepd 9\.9\.9, pid 1: not accepting, .*\nnew commands are refused: 7 commands are open\n$/,
      ),
    });
  });
});
