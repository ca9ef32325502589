/** `lockstep logs`: the log of a real daemon, asked over its socket. */
import { expect, test } from 'vitest';
import { isError } from '../../src/client/index.ts';
import { eventually } from '../support/client-pair.ts';
import { startCluster } from '../support/cluster.ts';
import { runCli, startCli } from '../support/run-cli.ts';

test('has the lines of all threads, and by id those of one command, each attempt of it', async () => {
  const { daemon, sim, client } = await startCluster({ env: { LOCKSTEP_LOG_LEVEL: 'debug' } });
  await sim.setFaults('node03', { forceStatus: 403, on: ['create'] });
  await client.create('5', { id: 'order-17' });
  await client.create('6', { id: 'order-18' });
  const env = { LOCKSTEP_ENDPOINT: daemon.endpoint };
  const { stdout, code } = await runCli(['logs', '--id', 'order-17'], { env });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\S+Z coordinator debug a command was accepted id=order-17/m);
  expect(stdout).toMatch(/^\S+Z executor-1 debug attempt .*node=node03.*status=403/m);
  expect(stdout).toMatch(/^\S+Z coordinator info a command was rolled back id=order-17/m);
  expect(stdout).not.toContain('order-18');
  const all = await runCli(['logs', '--limit', '1000', '-o', 'json'], { env });
  const { lines } = JSON.parse(all.stdout) as { lines: { thread: string; message: string }[] };
  expect([...new Set(lines.map(({ thread }) => thread))]).toEqual(
    expect.arrayContaining(['main', 'coordinator', 'executor-1']),
  );
  // The lines of the process, but those from before the log was opened.
  for (const { message } of lines) expect(daemon.output).toContain(message);
});

test('--follow shows new lines, over kill -9 of the daemon too', async () => {
  const { daemon, client } = await startCluster();
  const env = { LOCKSTEP_ENDPOINT: daemon.endpoint };
  const { child, result } = startCli(['logs', '-f', '-o', 'jsonl', '--limit', '1'], { env });
  let shown = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    shown += String(chunk);
  });
  await eventually(() => shown).not.toBe('');
  const pause = await client.pause('bulk', { by: 'ann' });
  expect(isError(pause)).toBe(false);
  await eventually(() => shown).toMatch(/"message":"operator: pause/);
  await daemon.kill9();
  await daemon.restart();
  await eventually(() => shown).toMatch(/"message":"lockstepd is ready"|ready/);
  child.kill('SIGINT');
  expect((await result).code).toBe(0);
  expect(shown).toMatch(/"summary":\{"op":"logs"/);
});
