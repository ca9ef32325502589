/** Signals during a bulk run. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { creates, eventually, startPeer } from '../support/client-pair.ts';
import type { Script } from '../support/peer-daemon.ts';
import { programEnv } from '../support/program-env.ts';
import { CLI, type RunningCli, startCli } from '../support/run-cli.ts';

async function setUp(script: Script = {}) {
  const peer = await startPeer(script);
  const env = { LOCKSTEP_ENDPOINT: peer.endpoint };
  const start = (args: readonly string[]): RunningCli => {
    const cli = startCli(args, { env });
    onTestFinished(() => void cli.child.kill('SIGKILL'));
    return cli;
  };
  return { peer, env, start };
}

describe('Ctrl-C', () => {
  test('once: sends no more, waits for what is under way, sums up, ends with 130', async () => {
    const { peer, start } = await setUp({ hold: () => true });
    const cli = start(['create', '0..99', '--in-flight', '5']);
    await eventually(() => creates(peer).length).toBe(5);
    cli.child.kill('SIGINT');
    await eventually(() => cli.said()).toContain('waiting for what is under way');
    peer.release();
    const { code, stdout } = await cli.result;
    expect(stdout).toContain('create: 5 of 100 done, stopped early (95 not sent),');
    expect(code).toBe(130);
    expect(creates(peer)).toHaveLength(5);
  });

  test('while it waits for more of stdin ends it too', async () => {
    const { peer, start } = await setUp();
    const cli = start(['create', '-', '--yes']);
    cli.child.stdin?.write('a\n');
    await eventually(() => peer.nodes['node01']?.has('a')).toBe(true);
    cli.child.kill('SIGINT');
    const { code, stdout } = await cli.result;
    expect(stdout).toContain(
      'create: 1 of 1 done, stopped early (the rest of the keys was not read),',
    );
    expect(code).toBe(130);
  });

  test('twice: leaves at once, and sums up what it knows and what it does not', async () => {
    const { peer, start } = await setUp({ hold: () => true });
    const cli = start(['create', '0..299', '--in-flight', '50']);
    await eventually(() => creates(peer).length).toBe(50);
    cli.child.kill('SIGINT');
    await eventually(() => cli.said()).toContain('waiting for what is under way');
    const begun = performance.now();
    cli.child.kill('SIGINT');
    const { code, stdout, stderr } = await cli.result;
    expect(stdout).toContain('create: 0 of 300 done, stopped early (250 not sent),');
    expect(stdout).toMatch(/no answer +50/);
    expect(stdout).toContain('the call ended before its answer; the daemon continues the command');
    expect(stderr).toContain('Leaving: the daemon continues the accepted commands.');
    expect(code).toBe(130);
    expect(performance.now() - begun).toBeLessThan(3000);
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s ends it in the same way, with %i', async (signal, expected) => {
    const { peer, start } = await setUp({ hold: () => true });
    const cli = start(['create', '0..99', '--in-flight', '5', '--json']);
    await eventually(() => creates(peer).length).toBe(5);
    cli.child.kill(signal);
    await eventually(() => cli.said()).toContain('waiting for what is under way');
    peer.release();
    const { code, stdout } = await cli.result;
    const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as object;
    expect(last).toMatchObject({ summary: { done: 5, notSent: 95, complete: false } });
    expect(code).toBe(expected);
  });

  test('a hang-up that was to be ignored is ignored', async () => {
    const { peer, env } = await setUp({ hold: () => true });
    const child = spawn('nohup', [process.execPath, CLI, 'create', '0..9'], {
      env: { ...programEnv(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(child, 'exit');
    await eventually(() => creates(peer).length).toBe(10);
    child.kill('SIGHUP');
    peer.release();
    expect((await ended)[0]).toBe(0);
  });
});
