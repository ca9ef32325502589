/**
 * The reports about the surroundings of the daemon: its list of nodes, a disk that is full or
 * read-only.
 */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { ListAnswer } from '../../src/client/index.ts';
import { seenFileFor } from '../../src/observe/seen-file.ts';
import { type HttpReceiver, startReceiver } from '../observe/support/http-receiver.ts';
import { startCluster } from '../support/cluster.ts';
import { prepareDaemon } from '../support/daemon.ts';
import { runCli } from '../support/run-cli.ts';
import { smallDisk } from '../support/small-disk.ts';

const NOTICE_MS_MAX = 10_000;
const NODES = 'node01=http://127.0.0.1:9/v1';

function noticing({ url }: HttpReceiver) {
  return { LOCKSTEP_WEBHOOK_URL: url, LOCKSTEP_NOTICE_INTERVAL_MS: '1000' };
}

/** The kinds of all notices so far. */
function kindsOf({ received }: HttpReceiver): readonly string[] {
  return received.flatMap(({ body }) =>
    (JSON.parse(body) as { notices: { kind: string }[] }).notices.map(({ kind }) => kind),
  );
}

test('P10: a node that is taken out while commands need it is reported at the start, by a notice, in status and by doctor', async () => {
  const receiver = await startReceiver();
  const { sim, daemon, client } = await startCluster({ executors: 1, env: noticing(receiver) });
  await sim.setFaults('node03', { noAnswer: 1, noAnswerEffect: false });
  await client.create('5', { id: 'left', wait: 'accepted', deadlineMs: 600_000 });
  const two = { LOCKSTEP_NODES: sim.nodes.split(',').slice(0, 2).join(',') };
  await daemon.kill9();
  await daemon.restart(two);
  expect(daemon.output).toContain('the list of nodes differs from that of the last run');
  expect(daemon.output).toContain('open commands need nodes that are no longer configured');
  expect(await client.summary()).toMatchObject({ missingNodes: { node03: 1 } });
  const sent = 'node03 is not configured, and 1 open command needs it';
  const status = await runCli(['status', '--endpoint', daemon.endpoint]);
  expect(status.stdout).toContain(sent);
  const before = `the list of nodes changed with this start; before, it was: ${sim.nodes}`;
  expect(status.stdout).toContain(before);
  const doctor = await runCli(['doctor', '--endpoint', daemon.endpoint], { env: two });
  expect(doctor.stdout.replaceAll(/\s+/g, ' ')).toContain(sent);
  expect(doctor.stdout).toContain(before);
  const [, hint] = /(lockstep list .*?),/.exec(daemon.output) ?? [];
  expect(hint).toBe('lockstep list --open --node NAME');
  await client.create('6', { id: 'settled', ifUnavailable: 'wait' });
  const open = ['list', '--open', '--node', 'node01', '--json', '--endpoint', daemon.endpoint];
  const { stdout } = await runCli(open);
  expect((JSON.parse(stdout) as ListAnswer).commands.map(({ id }) => id)).toEqual(['left']);
  await vi.waitUntil(() => kindsOf(receiver).includes('missing_nodes'), NOTICE_MS_MAX);
  expect(kindsOf(receiver)).toContain('nodes_changed');
});

test('a full disk is reported by a notice and in status, and so is its end', async (ctx) => {
  const receiver = await startReceiver();
  const dataDir = smallDisk(ctx, 8);
  const { daemon } = await startCluster({
    dataDir,
    executors: 1,
    env: { ...noticing(receiver), LOCKSTEP_DISK_FREE_MIN_BYTES: String(64 * 1024 * 1024) },
  });
  await vi.waitUntil(() => kindsOf(receiver).includes('disk_full'), NOTICE_MS_MAX);
  const { stdout } = await runCli(['status', '--endpoint', daemon.endpoint]);
  expect(stdout).toContain("new commands are refused: the journal's disk is nearly full");
  execFileSync('mount', ['-o', 'remount,size=128m', dataDir]);
  await vi.waitUntil(() => kindsOf(receiver).includes('disk_room'), NOTICE_MS_MAX);
});

test('a data folder that is read-only is named as such, and reported once however often the daemon starts', async (ctx) => {
  const receiver = await startReceiver();
  const dataDir = smallDisk(ctx, 8);
  execFileSync('mount', ['-o', 'remount,ro', dataDir]);
  const sent = dirname(seenFileFor(join(dataDir, 'any')));
  onTestFinished(() => rmSync(sent, { recursive: true, force: true }));
  const daemon = await prepareDaemon({
    nodes: NODES,
    dataDir,
    executors: 1,
    env: noticing(receiver),
  });
  onTestFinished(() => daemon[Symbol.asyncDispose]());
  for (let starts = 0; starts < 3; starts++) {
    await expect(daemon.restart()).rejects.toThrow('the daemon ended with 1');
  }
  expect(daemon.output).toContain('is on a file system that is read-only (EROFS)');
  expect(daemon.output).not.toContain('crashed');
  expect(kindsOf(receiver)).toEqual(['thread_lost']);
});
