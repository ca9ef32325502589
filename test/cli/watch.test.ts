/** `--watch`, `wait`, `events`: what changes, as it changes. */
import { describe, expect, test } from 'vitest';
import { eventually, startPair, startPeer } from '../support/client-pair.ts';
import { noTerminal, runCli, runCliAtTerminal, startCli } from '../support/run-cli.ts';

async function setUp() {
  const { peer, client } = await startPair({ hold: ({ id }) => id?.startsWith('held') === true });
  const env = { LOCKSTEP_ENDPOINT: peer.endpoint, LOCKSTEP_EVENTS_ENDPOINT: peer.eventsEndpoint };
  const start = (...args: string[]) => {
    const running = startCli(args, { env });
    let shown = '';
    running.child.stdout?.on('data', (chunk: Buffer) => {
      shown += String(chunk);
    });
    const { child, result } = running;
    return { child, result, said: () => running.said(), shown: () => shown };
  };
  return { peer, client, env, start, run: (...args: string[]) => runCli(args, { env }) };
}

describe('--watch', () => {
  test('of a command shows each change, and ends with 0 once it is settled', async () => {
    const { peer, client, start } = await setUp();
    await client.create('5', { id: 'held-1', wait: 'accepted' });
    const { result, shown } = start('status', 'held-1', '--watch', '--every', '100ms');
    await eventually(shown).toContain('create 5: applying');
    peer.release();
    const { code, stdout } = await result;
    expect(code).toBe(0);
    expect(stdout.match(/create 5: applying/g)).toHaveLength(1);
    expect(stdout).toMatch(/create 5: applying.*create 5: committed/s);
  });

  test('of a list shows new and changed commands, over a restart of the daemon, until Ctrl-C', async () => {
    const { peer, client, start } = await setUp();
    await client.create('1', { id: 'held-1', wait: 'accepted' });
    const { child, result, shown, said } = start('list', '-w', '--every', '100ms', '-o', 'jsonl');
    await eventually(shown).toContain('"held-1"');
    await peer.restart();
    peer.release();
    await eventually(shown).toMatch(/"id":"held-1".*"state":"committed"/);
    await client.create('2', { id: 'second', persist: true });
    await eventually(shown).toContain('"second"');
    child.kill('SIGINT');
    expect(await result).toMatchObject({ code: 0 });
    const lines = shown().trimEnd().split('\n');
    expect(lines.slice(0, -1).map((line) => (JSON.parse(line) as { id: string }).id)).toEqual([
      'held-1',
      'held-1',
      'second',
    ]);
    expect(JSON.parse(lines.at(-1) ?? '')).toHaveProperty('summary.op', 'list');
    expect(said()).not.toContain('Error');
  });

  test('too short an interval is bad usage', async () => {
    const { run } = await setUp();
    const { code, stderr } = await run('list', '--watch', '--every', '1ms');
    expect(stderr).toContain('--every must be at least 100 ms');
    expect(code).toBe(2);
  });

  test.skipIf(noTerminal !== undefined)(
    `at a terminal is drawn over ${noTerminal ?? ''}`,
    async () => {
      const { client, env } = await setUp();
      await client.create('5', { id: 'done' });
      const { stdout, code } = await runCliAtTerminal(['status', 'done', '-w'], {
        env,
        columns: 60,
      });
      expect(stdout).toContain('\u001b[H');
      expect(stdout).toContain('create 5:');
      expect(code).toBe(0);
    },
  );
});

describe('wait', () => {
  test('ends with 0 once all are committed, with 1 after another outcome', async () => {
    const { peer, client, start, run } = await setUp();
    await client.create('1', { id: 'held-1', wait: 'accepted' });
    await client.create('2', { id: 'held-2', wait: 'accepted' });
    const { result } = start('wait', 'held-1', 'held-2', '-o', 'jsonl');
    await eventually(() => peer.seen.filter(({ op }) => op === 'status').length).toBeGreaterThan(2);
    peer.release();
    const { code, stdout } = await result;
    expect(code).toBe(0);
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toEqual({
      summary: { op: 'wait', commands: 2, complete: true, outcomes: { committed: 2 } },
    });
    await client.create('3', { id: 'held-3', wait: 'accepted' });
    await client.cancel('held-3');
    const other = await run('wait', 'held-1', 'held-3');
    expect(other.stdout).toContain('create 3: rolled_back, cancelled');
    expect(other.code).toBe(1);
    expect((await run('wait', 'nobody')).code).toBe(1);
  });

  test('P9: ends with 4 if one is not settled in time, and names it', async () => {
    const { client, run } = await setUp();
    await client.create('1', { id: 'held-1', wait: 'accepted' });
    const { code, stderr } = await run('wait', 'held-1', '--within', '300ms');
    expect(stderr).toContain('Not settled yet: held-1');
    expect(code).toBe(4);
  });
});

describe('events', () => {
  const settled = { id: 'a', op: 'create', groupId: '5', state: 'committed', elapsedMs: 4 };
  const at = '2026-11-30T08:00:00.000Z';

  test('shows those of the topics that were asked for, one a line', async () => {
    const { peer, start } = await setUp();
    const { child, result, shown, said } = start('events', 'command', 'breaker');
    await eventually(said).toContain('Listening at');
    let number = 0;
    await expect
      .poll(
        async () => {
          number += 1;
          await peer.publish('lane.bulk', { lane: 'bulk', paused: true, at, number });
          await peer.publish('command.committed', { ...settled, at, number });
          return shown();
        },
        { timeout: 20_000 },
      )
      .toContain(`${at}  command.committed  create 5: committed in 4 ms, id a\n`);
    expect(shown()).not.toContain('lane.bulk');
    child.kill('SIGINT');
    expect((await result).code).toBe(0);
  });

  test('of one command as JSON, so many of them, end with a summary', async () => {
    const { peer, start } = await setUp();
    const args = ['events', '--id', 'a', '--limit', '2', '-o', 'jsonl'];
    const { result, said } = start(...args);
    await eventually(said).toContain('Listening at');
    let isOver = false;
    void result.then(() => {
      isOver = true;
    });
    await expect
      .poll(
        async () => {
          await peer.publish('command.accepted', { ...settled, id: 'b', at, number: 1 });
          await peer.publish('command.committed', { ...settled, at, number: 1 });
          return isOver;
        },
        { timeout: 20_000 },
      )
      .toBe(true);
    const lines = (await result).stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      { topic: 'command.committed', ...settled, at, number: 1 },
      { topic: 'command.committed', ...settled, at, number: 1 },
      { summary: { op: 'events', events: 2, missed: 0, complete: true } },
    ]);
  });

  test('of a daemon whose address of events is not known are bad usage', async () => {
    const peer = await startPeer();
    const { code, stderr } = await runCli(['events', '--endpoint', peer.endpoint]);
    expect(stderr).toContain('add --events-endpoint');
    expect(code).toBe(2);
  });
});

test.skipIf(noTerminal !== undefined)(
  `a call that waits for longer than a second shows a sign of life ${noTerminal ?? ''}`,
  async () => {
    const peer = await startPeer({ delayMs: 1300 });
    const env = { LOCKSTEP_ENDPOINT: peer.endpoint };
    const { stdout, code } = await runCliAtTerminal(['status', '--timeout', '10s'], { env });
    expect(stdout).toMatch(/looking for the daemon at tcp:\S+ · 1\.\d s/);
    expect(stdout).toMatch(/status: no answer yet · 1\.\d s/);
    expect(code).toBe(0);
    const piped = await runCli(['ping', '--timeout', '10s'], { env });
    expect(piped.stderr).toBe('');
  },
);
