/** A list of clients that is lost, with a real daemon: no start without it, unless an operator says so. */
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { knownClient, writeList } from '../clients/support.ts';
import { connectTo } from '../support/cluster.ts';
import { startDaemon } from '../support/daemon.ts';
import { startNodesim } from '../support/nodesim.ts';
import { runCli } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

const FOLLOW = { timeout: 10_000, interval: 20 };
const REFUSED = { error: { code: 'unauthorised' } };

async function stage() {
  const sim = await startNodesim();
  onTestFinished(() => sim[Symbol.asyncDispose]());
  const dataDir = tempFolder();
  const list = join(dataDir, 'clients.json');
  writeList(list, knownClient('ops', 'operate').client);
  const daemon = await startDaemon({ nodes: sim.nodes, dataDir });
  onTestFinished(() => daemon[Symbol.asyncDispose]());
  return { daemon, list };
}

test('a list that is lost opens no daemon: its next start is refused, until an operator says so', async () => {
  const { daemon, list } = await stage();
  await daemon.kill9();
  rmSync(list);
  await expect(daemon.restart()).rejects.toThrow();
  expect(await daemon.ended()).toBe(78);
  expect(daemon.output).toContain(`names a list of clients that does not exist: ${list}`);
  expect(daemon.output).toContain('`lockstep keys off` goes on without one');
  const off = ['keys', 'off'];
  const env = { LOCKSTEP_DATA_DIR: daemon.dataDir };
  expect(await runCli(off, { env })).toMatchObject({ code: 2, stdout: '' });
  expect(await runCli([...off, '--yes'], { env })).toMatchObject({ code: 0 });
  await daemon.restart();
  expect(await (await connectTo(daemon)).create('5')).toMatchObject({ state: 'committed' });
}, 60_000);

test('a list that appears while the daemon runs is not forgotten either', async () => {
  const { daemon, list } = await stage();
  const env = { LOCKSTEP_DATA_DIR: daemon.dataDir };
  await daemon.stop();
  expect((await runCli(['keys', 'off', '--yes'], { env })).code).toBe(0);
  await daemon.restart();
  renameSync(`${list}.off`, list);
  const asked = async () => (await connectTo(daemon)).ping();
  await expect.poll(asked, FOLLOW).toMatchObject(REFUSED);
  rmSync(list);
  await expect.poll(() => daemon.output, FOLLOW).toContain('clients.json is gone');
  expect(await asked()).toMatchObject(REFUSED);
  await daemon.stop();
  await expect(daemon.restart()).rejects.toThrow();
  expect(await daemon.ended()).toBe(78);
}, 60_000);
