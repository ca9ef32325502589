/** A client with several addresses meets another journal: of a second daemon, by mistake, or a restored one. */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { LockstepClient } from '../../src/client/index.ts';
import { journalIdOf, startCluster } from '../support/cluster.ts';
import { runCli } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

test('P7: a command that is sent again never reaches a daemon with another journal; the error names it', async () => {
  const one = await startCluster({ executors: 1 });
  const other = await startCluster({ executors: 1 });
  const endpoint = [one.daemon.endpoint, other.daemon.endpoint];
  const client = new LockstepClient({ endpoint });
  onTestFinished(() => client.close());
  const first = await journalIdOf(client);
  expect(await journalIdOf(other.client)).not.toBe(first);
  // Its answer is never seen: the daemon is killed while the command runs.
  await one.sim.setFaults('node03', { noAnswer: 1 });
  const asked = client.create('5', { id: 'once' });
  asked.catch(() => undefined);
  await expect.poll(async () => one.sim.list('node01'), { timeout: 10_000 }).toEqual(['5']);
  await one.daemon.kill9();
  await expect(asked).rejects.toMatchObject({
    code: 'other_journal',
    id: 'once',
    message: expect.stringContaining(other.daemon.endpoint),
  });
  expect(await other.client.status('once')).toMatchObject({ error: { code: 'unknown_command' } });
  expect(await other.sim.list('node01')).toEqual([]);
  await one.sim.clearFaults();
  await one.daemon.restart();
  // It is the same journal as before, and the command is in it.
  expect(await journalIdOf(one.client)).toBe(first);
  await expect
    .poll(() => client.status('once').catch(({ code }: { code: string }) => code), {
      timeout: 20_000,
    })
    .toMatchObject({ state: 'committed' });
});

test('P7: a command that is sent again never reaches a restored journal, which has forgotten it', async () => {
  const { sim, daemon, client } = await startCluster({ executors: 1 });
  const { dataDir, endpoint } = daemon;
  const env = { LOCKSTEP_DATA_DIR: dataDir, LOCKSTEP_ENDPOINT: endpoint };
  const several = () => {
    const opened = new LockstepClient({ endpoint: [endpoint, 'tcp://127.0.0.1:1'] });
    onTestFinished(() => opened.close());
    return opened;
  };
  const knowing = several();
  const copy = join(tempFolder(), 'copy.db');
  expect(await runCli(['backup', copy], { env })).toMatchObject({ code: 0 });
  // They come after the copy.
  expect(await knowing.create('5', { id: 'made' })).toMatchObject({ state: 'committed' });
  expect(await knowing.delete('5', { id: 'gone' })).toMatchObject({ state: 'committed' });
  const first = await journalIdOf(client);
  await daemon.restart();
  expect(await journalIdOf(client)).toBe(first);
  expect(await knowing.create('5', { id: 'made' })).toMatchObject({ state: 'committed' });

  await daemon.stop();
  expect(await runCli(['restore', copy], { env })).toMatchObject({ code: 0, stderr: '' });
  await daemon.restart();
  const second = await journalIdOf(client);
  expect(second).not.toBe(first);
  const again = knowing.create('5', { id: 'made' });
  await expect(again).rejects.toMatchObject({ code: 'other_journal', id: 'made' });
  expect(await client.status('made')).toMatchObject({ error: { code: 'unknown_command' } });
  for (const node of ['node01', 'node02', 'node03']) expect(await sim.list(node)).toEqual([]);

  // It stays that journal, and a client that has not known the other one works with it.
  await daemon.restart();
  expect(await journalIdOf(client)).toBe(second);
  expect(await several().create('6')).toMatchObject({ state: 'committed' });
});
