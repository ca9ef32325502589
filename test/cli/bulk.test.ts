import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { errorReply } from '../../src/protocol/errors.ts';
import { creates, eventually, startPeer } from '../support/client-pair.ts';
import type { Script } from '../support/peer-daemon.ts';
import { noTerminal, type RunningCli, runCliAtTerminal, startCli } from '../support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'lockstep-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(text: string): string {
  const path = join(folder, `${Math.random()}.txt`);
  writeFileSync(path, text);
  return path;
}

async function setUp(script: Script = {}) {
  const peer = await startPeer(script);
  const env = { LOCKSTEP_ENDPOINT: peer.endpoint };
  const start = (args: readonly string[], input?: string): RunningCli => {
    const cli = startCli(args, input === undefined ? { env } : { env, input });
    onTestFinished(() => void cli.child.kill('SIGKILL'));
    return cli;
  };
  const run = (args: readonly string[], input = '') => start(args, input).result;
  return { peer, env, start, run };
}

/** Every key that begins with `bad` is refused. */
const PICKY: Script = {
  settle: ({ groupId }) =>
    groupId.startsWith('bad')
      ? {
          state: 'refused',
          reason: 'already_exists',
          nodes: { node01: { state: 'present', attempts: 1, lastResponse: '400 Perhaps.' } },
        }
      : {},
};

describe('create and delete', () => {
  test('work on a range, in the bulk lane, and sum up', async () => {
    const { run, peer } = await setUp();
    const created = await run(['create', '0..99']);
    expect(created.code).toBe(0);
    expect(created.stderr).toBe('Running parallel creates command on <100> items\n');
    expect(created.stdout).toMatch(
      /^create: 100 of 100 done in .+ \(\d+\/s\), p50 .+ ms, p99 .+ ms\n/,
    );
    expect(created.stdout).toMatch(/outcome +count\n +committed +100\n/);
    expect(peer.nodes['node01']).toEqual(
      new Set(Array.from({ length: 100 }, (_, key) => String(key))),
    );
    expect(
      new Set(creates(peer).map(({ lane, ifUnavailable }) => `${lane} ${ifUnavailable}`)),
    ).toEqual(new Set(['bulk wait']));
    const deleted = await run(['delete', '0..99']);
    expect(deleted).toMatchObject({
      code: 0,
      stderr: 'Running parallel deletes command on <100> items\n',
    });
    expect(peer.nodes['node01']?.size).toBe(0);
  });

  test.each([
    ['7', ['7']],
    ['7..9', ['7', '8', '9']],
    ['08..11', ['08', '09', '10', '11']],
  ])('take the range %s', async (range, keys) => {
    const { run, peer } = await setUp();
    expect((await run(['create', range])).code).toBe(0);
    expect([...(peer.nodes['node01'] ?? [])].sort()).toEqual(keys);
  });

  test('take a file, one key a line, blank lines left out', async () => {
    const { run, peer } = await setUp();
    const { code, stderr } = await run(['create', fileOf('a\r\n\n b \n😀')]);
    expect(stderr).toContain('on <3> items');
    expect(code).toBe(0);
    expect(peer.nodes['node01']).toEqual(new Set(['a', ' b ', '😀']));
  });

  test('take stdin', async () => {
    const { run, peer } = await setUp();
    expect((await run(['create', '-'], 'x\ny\n')).code).toBe(0);
    expect(peer.nodes['node01']).toEqual(new Set(['x', 'y']));
  });

  test('end with 1 if one is not done, and tell which, why and where to look', async () => {
    const { run } = await setUp(PICKY);
    const { code, stdout } = await run(['create', '-'], 'good\nbad\n..\n');
    expect(code).toBe(1);
    expect(stdout).toContain('create: 1 of 3 done');
    expect(stdout).toMatch(/bad +refused, already_exists +node01: 400 Perhaps\./);
    expect(stdout).toMatch(/\.\. +invalid_request +groupId must not be "\.\."/);
    expect(stdout).toMatch(/Look next:\n {2}lockstep status \S+\n/);
  });

  test('show the first ten failures of many', async () => {
    const { run } = await setUp(PICKY);
    const keys = Array.from({ length: 40 }, (_, index) => `bad${index}\n`).join('');
    const { stdout } = await run(['create', '-'], keys);
    expect(stdout).toContain('The first 10 of 40 not done:');
    expect(stdout.match(/^ {2}bad\d+/gm)).toHaveLength(10);
  });

  test('a line that is no text is a failure of its own', async () => {
    const { peer, start } = await setUp();
    const cli = start(['create', '-']);
    cli.child.stdin?.end(
      Buffer.concat([Buffer.from('a\n'), Buffer.from([0xff, 0x0a]), Buffer.from('b\n')]),
    );
    const { code, stdout } = await cli.result;
    expect(stdout).toContain('line 2 is not UTF-8');
    expect(code).toBe(1);
    expect(peer.nodes['node01']).toEqual(new Set(['a', 'b']));
  });

  test('with --json print an answer a line, then the summary, and nothing else', async () => {
    const { run } = await setUp(PICKY);
    const { code, stdout, stderr } = await run(['create', '-', '--json'], 'good\nbad\n..\n');
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const last = lines.pop();
    const byKey = new Map(lines.map((line) => [line['groupId'], line]));
    expect(byKey.get('good')).toMatchObject({ state: 'committed' });
    expect(byKey.get('bad')).toMatchObject({ state: 'refused', reason: 'already_exists' });
    expect(byKey.get('..')).toMatchObject({ op: 'create', error: { code: 'invalid_request' } });
    expect(lines).toHaveLength(3);
    expect(last).toEqual({
      summary: {
        op: 'create',
        keys: 3,
        done: 1,
        failed: 2,
        notSent: 0,
        complete: true,
        outcomes: { committed: 1, 'refused, already_exists': 1, invalid_request: 1 },
        elapsedMs: expect.any(Number),
        p50Ms: expect.any(Number),
        p99Ms: expect.any(Number),
      },
    });
    expect(stderr).toBe('');
    expect(code).toBe(1);
  });
});

describe('P9: a bulk run is bounded', () => {
  test('no more commands are under way than --in-flight says', async () => {
    const { peer, start } = await setUp({ hold: () => true });
    const cli = start(['create', '0..9', '--in-flight', '4']);
    await eventually(() => creates(peer).length).toBe(4);
    peer.release();
    await eventually(() => creates(peer).length).toBe(8);
    peer.script.hold = () => false;
    peer.release();
    expect((await cli.result).code).toBe(0);
  });

  test('keys are read only as they are sent', async () => {
    const { peer, start } = await setUp({ hold: () => true });
    const cli = start(['create', '-', '--in-flight', '2', '--yes']);
    // Far more than a pipe holds: it is taken from the pipe only if somebody keeps it.
    const flood = 'k\n'.repeat(4_000_000);
    cli.child.stdin?.write(flood);
    await eventually(() => creates(peer).length).toBe(2);
    expect(cli.child.stdin?.writableLength).toBeGreaterThan(flood.length / 2);
    cli.child.kill('SIGKILL');
    await cli.result;
  });

  test('a long run does with little memory', async () => {
    const { env, peer } = await setUp();
    const input = Array.from({ length: 60_000 }, (_, key) => `${key}\n`).join('');
    const nodeOptions = ['--max-old-space-size=24'];
    const { code } = await startCli(['create', '-', '--yes'], { env, input, nodeOptions }).result;
    expect(code).toBe(0);
    expect(peer.nodes['node01']?.size).toBe(60_000);
  });
});

describe('a bulk run and its daemon', () => {
  test('P7: the daemon may die and come back in the middle', async () => {
    const { peer, start } = await setUp({ hold: () => true });
    const cli = start(['create', '0..49']);
    await eventually(() => creates(peer).length).toBe(50);
    peer.script.hold = () => false;
    await peer.restart();
    await eventually(() => creates(peer).length).toBe(100);
    peer.release();
    expect((await cli.result).stdout).toContain('create: 50 of 50 done');
  });

  test('a draining or busy daemon only delays it', async () => {
    let turns = 0;
    const { run } = await setUp({
      instead: ({ op }) => {
        turns += op === 'create' ? 1 : 0;
        const code = turns % 2 === 0 ? 'busy' : 'draining';
        return op === 'create' && turns <= 20
          ? errorReply(code, 'not now', { retryAfterMs: 5 })
          : undefined;
      },
    });
    expect((await run(['create', '0..9'])).stdout).toContain('create: 10 of 10 done');
  });

  test('one that stays away ends it with 3, sums up, and sends no more', async () => {
    const { peer, start } = await setUp({ hold: () => true });
    const cli = start(['create', '0..9', '--in-flight', '2', '--deadline', '1ms']);
    await eventually(() => creates(peer).length).toBe(2);
    peer.down();
    const { code, stdout, stderr } = await cli.result;
    expect(stdout).toContain('create: 0 of 10 done, stopped early (8 not sent),');
    expect(stdout).toMatch(/no answer +2/);
    expect(stderr).toContain('connection refused, or the host is unreachable');
    expect(code).toBe(3);
  }, 40_000);
});

test('a reader that goes away ends the run quietly', async () => {
  const { peer, start } = await setUp();
  const cli = start(['create', '0..200000', '--json', '--yes']);
  cli.child.stdout?.once('data', () => cli.child.stdout?.destroy());
  const { code, stderr } = await cli.result.catch(() => ({
    code: cli.child.exitCode,
    stderr: cli.said(),
  }));
  await eventually(() => cli.child.exitCode).toBe(1);
  expect(code === null || code === 1).toBe(true);
  expect(stderr).not.toMatch(/EPIPE|Error|Warning/);
  expect(creates(peer).length).toBeLessThan(200_000);
});

describe.skipIf(noTerminal !== undefined)(`at a terminal ${noTerminal ?? ''}`, () => {
  test('a bar shows the progress', async () => {
    const { env } = await setUp();
    const { code, stdout } = await runCliAtTerminal(['create', '0..499'], { env });
    expect(stdout).toMatch(/create \[█+\] 100% · 500\/500 · 0 failed/);
    // Nothing that would have to be put back: no hidden cursor, no wrapping switched off.
    expect(
      stdout.split(String.fromCharCode(27)).filter((part) => /^(\[\?|7|8)/.test(part)),
    ).toEqual([]);
    expect(stdout).toContain('500 of 500 done');
    expect(code).toBe(0);
  });
});
