/**
 * `node test/page/pictures.ts FOLDER`: pictures of every view, in three widths and both themes, of a cluster in trouble.
 * They are for people to look at; the tests judge what can be judged.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCluster } from '../support/cluster.ts';
import { linkOf, newPage, openBrowser } from './support/browser.ts';
import { HOSTILE, SETTINGS, stickOne } from './support/trouble.ts';

const WIDTHS = [360, 768, 1280];
const THEMES = ['light', 'dark'] as const;
/** Enough steps for a line. */
const HISTORY_MS = 45_000;
const VIEWS = {
  overview: '/',
  nodes: '/nodes',
  commands: '/commands',
  filtered: '/commands?state=compensating&stuck=true',
  none: '/commands?key=nothing',
  command: '/command?id=stuck-1',
  settled: '/command?id=refused-1',
  acts: '/acts',
  audit: '/audit',
};

const [folder = 'pictures'] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const ends: (() => Promise<void>)[] = [];
try {
  const cluster = await startCluster({ env: SETTINGS, executors: 2 }, (end) => ends.push(end));
  const { client, daemon, sim } = cluster;
  await trouble();
  const browser = await openBrowser();
  ends.push(async () => browser.close());
  for (const theme of THEMES) {
    for (const width of WIDTHS) {
      const { page, context } = await newPage(browser, daemon.opsUrl, { width, theme });
      await page.goto(daemon.opsUrl);
      await page.getByLabel('Token').waitFor();
      await page.screenshot({ path: join(folder, `login-${width}-${theme}.png`) });
      await page.goto(linkOf(daemon));
      await page.reload();
      await page.getByRole('navigation').waitFor();
      for (const [name, path] of Object.entries(VIEWS)) {
        await page.goto(`${daemon.opsUrl}${path}`);
        await page.locator('main h1').waitFor();
        if (name === 'nodes') await page.getByRole('button', { name: 'Count records' }).click();
        if (name === 'audit') {
          await page.getByRole('button', { name: 'Start an audit' }).click();
          await page.getByText(/Finished: /).waitFor();
        }
        await sleep(1200);
        await page.screenshot({
          path: join(folder, `${name}-${width}-${theme}.png`),
          fullPage: true,
        });
      }
      await page.goto(`${daemon.opsUrl}/command?id=stuck-1`);
      await page.getByRole('button', { name: 'Abandon' }).click();
      await page.screenshot({ path: join(folder, `dialog-${width}-${theme}.png`) });
      await context.close();
    }
  }

  async function trouble(): Promise<void> {
    await Promise.all(Array.from({ length: 300 }, (_, key) => client.create(String(key))));
    await client.create('5', { id: 'exists-1' });
    await sim.setFaults('node02', { forceStatus: 403, on: ['create'], groupIds: ['refused-key'] });
    await client.create('refused-key', { id: 'refused-1' });
    await sim.clearFaults('node02');
    await client.create(HOSTILE, { id: HOSTILE });
    await client.create('日本語🎉 a key that is rather long, as some systems make them 0123456789');
    await stickOne(cluster);
    await client.pause('bulk', { by: 'ann@bastion' });
    for (let key = 0; key < 7; key++)
      await client.create(`bulk-${key}`, { lane: 'bulk', wait: 'accepted', deadlineMs: 600_000 });
    await fetch(`${sim.urls['node01']}/group`, {
      method: 'DELETE',
      body: JSON.stringify({ groupId: '7' }),
    });
    const until = Date.now() + HISTORY_MS;
    for (let key = 1000; Date.now() < until; key++) {
      await client.create(String(key));
      await sleep(20);
    }
    await sim.setFaults('node02', { errorBefore: 1, on: ['create'] });
    await Promise.all(
      Array.from({ length: 30 }, (_, key) =>
        client.create(`late-${key}`, { wait: 'accepted', deadlineMs: 600_000 }),
      ),
    );
    await sleep(3000);
  }
} finally {
  for (const end of ends.reverse()) await end();
}
