/** What clients with other roles see at the live page, and what happens when one leaves the list. */
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { knownClient, writeList } from '../clients/support.ts';
import { until } from '../observe/support/until.ts';
import { shareStage } from './support/stage.ts';

const ann = knownClient('ann', 'operate');
const reader = knownClient('grafana', 'read');
const sender = knownClient('deploy', 'commands');
const { cluster, open } = shareStage();

const list = () => join(cluster.daemon.dataDir, 'clients.json');
const linkFor = ({ token }: { readonly token: string }) =>
  `${cluster.daemon.opsUrl}/#token=${token}`;
const isKnown = async (token: string): Promise<boolean> => {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(`${cluster.daemon.opsUrl}/session`, { headers })).ok;
};

beforeAll(async () => {
  writeList(list(), ann.client, reader.client, sender.client);
  await until(() => isKnown(ann.token));
});

test('a reader sees everything and is offered no act', async () => {
  const { page } = await open(linkFor(reader));
  await page.getByRole('heading', { name: 'Needs attention' }).waitFor();
  await page.getByRole('row').filter({ hasText: 'interactive' }).waitFor();
  for (const view of ['Overview', 'Nodes', 'Commands', 'Acts', 'Audit']) {
    await page.getByRole('link', { name: view, exact: true }).click();
    await page.getByRole('heading', { name: view, level: 1 }).waitFor();
    const acts = page.getByRole('button', {
      name: /^(Pause|Drain|Retire|Open|Reset|Retry|Cancel|Abandon|Start|Repair)/,
    });
    expect([view, await acts.count()]).toEqual([view, 0]);
  }
  await page.getByText('An audit needs the role').waitFor();
});

test('a client that only sends commands is told the role that it needs', async () => {
  const { page } = await open(linkFor(sender));
  await page.getByRole('heading', { name: 'Nothing to see for deploy' }).waitFor();
});

test('a client that leaves the list is logged out within two seconds, in an open page', async () => {
  const { page } = await open(linkFor(ann));
  await page.getByRole('button', { name: 'Pause the lane bulk' }).waitFor();
  writeList(list(), reader.client, sender.client);
  await page.getByText('The session has ended').waitFor({ timeout: 3000 });
  await page.getByLabel('Token').waitFor();
});
