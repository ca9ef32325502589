/** What an operator finds and mends from the live page alone. */
import { expect, test } from 'vitest';
import { errorReply } from '../../src/protocol/errors.ts';
import { shareStage } from './support/stage.ts';
import { HOSTILE, stickOne } from './support/trouble.ts';

const { cluster, logIn } = shareStage();

test('a stuck command is found from the overview, understood by its story, and retried', async () => {
  await stickOne(cluster, 'stuck-1');
  const { page } = await logIn();
  await page.getByRole('link', { name: '1 command is stuck' }).click();
  expect(page.url()).toMatch(/\/commands\?stuck=true$/);
  await page
    .getByRole('row')
    .filter({ hasText: /node03: .*simulated fault/ })
    .waitFor();
  await page.getByRole('link', { name: 'stuck-1' }).click();
  const story = page.locator('ol.story');
  await story.getByText('people were notified').waitFor();
  expect(
    await story
      .getByRole('listitem')
      .filter({ hasText: 'node03' })
      .filter({ hasText: 'unsure' })
      .count(),
  ).toBeGreaterThan(1);

  await page.getByRole('button', { name: 'Retry now' }).click();
  const dialog = page.getByRole('dialog', { name: 'Retry this create of stuck-1?' });
  await dialog.getByRole('button', { name: 'Retry the command' }).click();
  await page.getByText('It is rolling back now.').waitFor();
  await cluster.sim.clearFaults('node03');
  await cluster.client.retry('stuck-1');
  await page.getByText('All nodes are as they were before the command.').waitFor();

  await page.getByRole('link', { name: 'Acts', exact: true }).click();
  const row = page.getByRole('row').filter({ hasText: 'stuck-1' }).filter({ hasText: 'HTTP' });
  expect(await row.textContent()).toMatch(/retry.*ops-token.*HTTP.*done/);
});

test('an act that is cancelled in its question does nothing', async () => {
  const { page } = await logIn();
  await page.getByRole('button', { name: 'Pause the lane bulk' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Pause the lane bulk' }).click();
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(JSON.stringify(await cluster.client.summary())).not.toContain('paused');
});

test('a lane is paused, shown as such, and resumed', async () => {
  const { page } = await logIn();
  await page.getByRole('button', { name: 'Pause the lane bulk' }).click();
  await page.getByRole('button', { name: 'Pause bulk', exact: true }).click();
  await page.getByText('The lane bulk is paused.').waitFor();
  await page.getByRole('link', { name: /^The lane bulk is paused by ops-token$/ }).waitFor();
  await page.getByRole('button', { name: 'Resume the lane bulk' }).click();
  await page.getByRole('button', { name: 'Resume bulk', exact: true }).click();
  await page.getByText('The lane bulk is resumed.').waitFor();
});

test('a breaker is opened and reset, and the overview says why commands are rejected', async () => {
  const { page } = await logIn();
  await page.getByRole('link', { name: 'Nodes' }).click();
  await page.getByRole('button', { name: 'Open the breaker of node02' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Open the breaker' }).click();
  await page.getByText('The breaker of node02 is open.').waitFor();
  await page.getByText('not called: an operator opened the breaker').waitFor();
  await page.getByRole('link', { name: 'Overview' }).click();
  await page
    .getByRole('link', { name: 'The breaker of node02 is open: an operator opened it' })
    .click();
  await page.getByRole('button', { name: 'Reset the breaker of node02' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Reset the breaker' }).click();
  await page.getByText('The breaker of node02 is closed.').waitFor();
});

test('a node is drained, shown as such, and undrained', async () => {
  const { page } = await logIn();
  await page.getByRole('link', { name: 'Nodes' }).click();
  await page.getByRole('button', { name: 'Drain node02' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Drain node02' }).click();
  await page.getByText('node02 is drained.').waitFor();
  await page.getByRole('link', { name: 'Overview' }).click();
  await page.getByRole('link', { name: 'node02 is drained by ops-token' }).click();
  await page.getByRole('button', { name: 'Undrain node02' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Undrain node02' }).click();
  await page.getByText('node02 is undrained.').waitFor();
});

test('a node is retired after its question said what becomes of commands, and unretired', async () => {
  const { client } = cluster;
  await client.pause('bulk', {});
  const waiting = { lane: 'bulk', wait: 'accepted', deadlineMs: 600_000 } as const;
  await client.create('names-all-nodes', { id: 'names-all-nodes', ...waiting });
  const { page } = await logIn();
  await page.getByRole('link', { name: 'Nodes' }).click();
  await page.getByRole('button', { name: 'Retire node02' }).click();
  // Its breaker is closed, and nobody has drained it.
  const dialog = page.getByRole('dialog', { name: 'Retire node02, although it may be in use?' });
  await dialog.getByText('1 command begins on the other nodes').waitFor();
  await dialog.getByText('the breaker of node02 is closed and the node is not drained').waitFor();
  expect(JSON.stringify(await client.summary())).not.toContain('retired');
  await dialog.getByRole('button', { name: 'Retire node02 by force' }).click();
  await page.getByText('node02 is retired: 1 command goes on without it.').waitFor();
  await page
    .getByRole('article', { name: 'node02' })
    .getByText('retired', { exact: true })
    .waitFor();
  await page.getByRole('link', { name: 'Overview' }).click();
  await page
    .getByRole('link', { name: 'node02 is retired by ops-token, and still configured' })
    .click();
  await page.getByRole('button', { name: 'Unretire node02' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Unretire node02' }).click();
  await page.getByText('node02 is unretired: new commands name it again.').waitFor();
  // Nothing is left on the nodes for the tests behind this one.
  expect(await client.cancel('names-all-nodes')).toMatchObject({ state: 'refused' });
  await client.resume('bulk');
});

test('P10: a dry run that the daemon has no time for offers no force; the page says why', async () => {
  const { page } = await logIn();
  const { error } = errorReply('busy', 'too many queries are waiting', { retryAfterMs: 1000 });
  const asked: object[] = [];
  await page.route('**/v1/acts', (route, request) => {
    asked.push(request.postDataJSON());
    return route.fulfill({ status: 503, json: { error } });
  });
  await page.getByRole('link', { name: 'Nodes' }).click();
  await page.getByRole('button', { name: 'Retire node02' }).click();
  await page.getByText('too many queries are waiting').waitFor();
  expect(asked).toEqual([{ op: 'node', node: 'node02', act: 'retire', dryRun: true }]);
  expect(await page.getByRole('dialog').count()).toBe(0);
});

test('a drained node is retired without force; the last node is not retired, and the page says why', async () => {
  const { client } = cluster;
  await client.node('node02', 'drain');
  await client.node('node03', 'retire', { force: true });
  const { page } = await logIn();
  await page.getByRole('link', { name: 'Nodes' }).click();
  await page.getByRole('button', { name: 'Retire node02' }).click();
  await page
    .getByRole('dialog', { name: 'Retire node02 for good?' })
    .getByRole('button', { name: 'Retire node02', exact: true })
    .click();
  await page.getByText('node02 is retired: no open command names it.').waitFor();
  await page.getByRole('button', { name: 'Retire node01' }).click();
  await page.getByText('node01 is the last node').waitFor();
  expect(await page.getByRole('dialog').count()).toBe(0);
  for (const node of ['node02', 'node03']) await client.node(node, 'unretire');
  await client.node('node02', 'undrain');
});

test('commands are cancelled by a filter, after their number was counted', async () => {
  const { client } = cluster;
  await client.pause('bulk', {});
  const waiting = { lane: 'bulk', wait: 'accepted', deadlineMs: 600_000 } as const;
  for (const key of ['a', 'b', 'c']) await client.create(`waits-${key}`, waiting);
  const { page } = await logIn();
  await page.goto(`${cluster.daemon.opsUrl}/commands?state=accepted`);
  await page.getByRole('button', { name: 'Cancel…' }).click();
  await page
    .getByRole('dialog', { name: 'Cancel 3 commands?' })
    .getByRole('button', { name: 'Cancel 3 commands' })
    .click();
  await page.getByText('Done for 3 commands.').waitFor();
  await page.getByText('No command matches the filter').waitFor();
  await client.resume('bulk');
});

test('an audit finds a key that is missing on one node, and a repair brings it back', async () => {
  const { client, sim } = cluster;
  await client.create('audited');
  const body = JSON.stringify({ groupId: 'audited' });
  await fetch(`${sim.urls['node01']}/group`, { method: 'DELETE', body });
  const { page } = await logIn();
  await page.getByRole('link', { name: 'Audit', exact: true }).click();
  await page.getByRole('button', { name: 'Start an audit' }).click();
  await page.getByText(/^Finished: \d+ keys? compared, 1 finding$/).waitFor();
  expect(await page.getByRole('row').filter({ hasText: 'audited' }).textContent()).toMatch(
    /missing.*present.*node01 absent.*create/,
  );
  await page.getByRole('button', { name: 'Repair 1 key…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Repair 1 key' }).click();
  await page.getByText(/^1 command was accepted/).waitFor();
  await page.getByText('All compared keys are as they should be').waitFor();
});

test('texts of clients and nodes are shown as texts, never as HTML', async () => {
  const { client, sim, daemon } = cluster;
  await sim.setFaults('node02', {
    garbage: 1,
    garbageForms: ['html'],
    garbageEffect: false,
    on: ['create'],
    times: 2,
    groupIds: [HOSTILE],
  });
  await client.create(HOSTILE, { id: HOSTILE });
  const { page } = await logIn();
  await page.goto(`${daemon.opsUrl}/commands`);
  await page.getByRole('link', { name: HOSTILE }).click();
  expect(await page.locator('.subject strong').textContent()).toBe(HOSTILE);
  await page.locator('ol.story li').first().waitFor();
  expect(await page.locator('main img, main script').count()).toBe(0);
});
