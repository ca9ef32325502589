/** The live page at 360 pixels, with something that needs attention in several views. */
import { expect, test } from 'vitest';
import { shareStage } from './support/stage.ts';
import { stickOne } from './support/trouble.ts';

const { cluster, logIn } = shareStage();

test('at 360 pixels all views and the numbers beside them are in sight', async () => {
  const { client, sim } = cluster;
  await client.create('7');
  const body = JSON.stringify({ groupId: '7' });
  await fetch(`${sim.urls['node01']}/group`, { method: 'DELETE', body });
  await client.send({ op: 'audit' });
  await stickOne(cluster);
  const { page } = await logIn({ width: 360 });
  for (const name of ['Commands 1 need attention', 'Audit 1 need attention'])
    await page.getByRole('link', { name }).waitFor();
  const nav = page.getByRole('navigation', { name: 'Views' });
  expect(await nav.evaluate((all) => all.scrollWidth - all.clientWidth)).toBe(0);
  expect(await nav.evaluate((all) => all.scrollHeight - all.clientHeight)).toBe(0);
});
