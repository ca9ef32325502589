/** A client with the addresses of two daemons that do not share a journal, by mistake. */
import { expect, onTestFinished, test } from 'vitest';
import { LockstepClient } from '../../src/client/index.ts';
import { startCluster } from '../support/cluster.ts';

test('P7: a command that is sent again never reaches a daemon with another journal; the error names it', async () => {
  const one = await startCluster({ executors: 1 });
  const other = await startCluster({ executors: 1 });
  const endpoint = [one.daemon.endpoint, other.daemon.endpoint];
  const client = new LockstepClient({ endpoint });
  onTestFinished(() => client.close());
  const first = await client.ping();
  const second = await other.client.ping();
  expect(first).toMatchObject({ journalId: expect.any(String) });
  expect(second).not.toMatchObject({ journalId: Reflect.get(first, 'journalId') });
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
  expect(await one.client.ping()).toMatchObject({ journalId: Reflect.get(first, 'journalId') });
  await expect
    .poll(() => client.status('once').catch(({ code }: { code: string }) => code), {
      timeout: 20_000,
    })
    .toMatchObject({ state: 'committed' });
});
