/** A node that was taken out of the configuration while commands name it, at the live page. */
import { expect, test } from 'vitest';
import { statusOf } from '../support/cluster.ts';
import { shareStage } from './support/stage.ts';

const { cluster, logIn } = shareStage();

test('P5: a node that open commands name and that is not configured is shown and retired, and they end', async () => {
  const { client, daemon, sim } = cluster;
  await sim.setFaults('node03', { noAnswer: 1, noAnswerEffect: false });
  await client.create('5', { id: 'left', wait: 'accepted', deadlineMs: 600_000 });
  await daemon.kill9();
  await daemon.restart({ LOCKSTEP_NODES: sim.nodes.split(',').slice(0, 2).join(',') });
  const { page } = await logIn();
  await page
    .getByRole('link', { name: '1 open command needs node03, which is not configured' })
    .click();
  const node = page.getByRole('article', { name: 'node03' });
  await node.getByText('not configured', { exact: true }).waitFor();
  await node.getByRole('link', { name: '1 open command needs it' }).waitFor();
  await node.getByRole('button', { name: 'Retire node03' }).click();
  const dialog = page.getByRole('dialog', { name: 'Retire node03 for good?' });
  await dialog.getByText('1 command goes on at the other nodes').waitFor();
  await dialog.getByRole('button', { name: 'Retire node03', exact: true }).click();
  await page.getByText('node03 is retired: 1 command goes on without it.').waitFor();
  const left = await statusOf(client, 'left', { state: 'committed' });
  expect(left.nodes).toMatchObject({ node03: { state: 'unknown', retired: true } });
  await node.waitFor({ state: 'detached' });
});
