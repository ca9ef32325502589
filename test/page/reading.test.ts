/** The live page as its readers need it: filters, times, restarts, keyboard, screen readers, small screens. */
import axe from 'axe-core';
import { expect, test } from 'vitest';
import { shareStage } from './support/stage.ts';
import { stickOne } from './support/trouble.ts';

const VIEWS = ['/', '/nodes', '/commands', '/command?id=stuck-2', '/acts', '/audit'];
const WIDTHS = [360, 768, 1280];

const { cluster, open, logIn } = shareStage();

test('filters stand in the address: a reload and the browser’s back show the same commands', async () => {
  const { client, daemon } = cluster;
  await client.create('once');
  await client.create('once', { id: 'twice' });
  const { page } = await logIn();
  await page.getByRole('link', { name: 'Commands', exact: true }).click();
  await page.getByRole('button', { name: 'refused', exact: true }).click();
  await page.getByLabel('Key').fill('once');
  await page.getByLabel('Key').press('Enter');
  await page.waitForURL(`${daemon.opsUrl}/commands?state=refused&key=once`);
  const rows = page.getByRole('row').filter({ hasText: 'refused' });
  await rows.filter({ hasText: 'once' }).waitFor();
  await page.reload();
  await rows.filter({ hasText: 'once' }).waitFor();
  expect(await rows.count()).toBe(1);
  expect(
    await page.getByRole('button', { name: 'refused', exact: true }).getAttribute('aria-pressed'),
  ).toBe('true');
  await page.getByRole('link', { name: 'once' }).click();
  await page.getByText('Why: all nodes hold the key already').waitFor();
  await page.goBack();
  expect(page.url()).toBe(`${daemon.opsUrl}/commands?state=refused&key=once`);
});

test('a new command is shown within a second or two, without a touch', async () => {
  const { page } = await logIn();
  await page.getByRole('link', { name: 'Commands', exact: true }).click();
  await page.getByRole('table').or(page.getByText('No commands yet')).waitFor();
  const sent = performance.now();
  await cluster.client.create('just-now');
  await page.getByRole('link', { name: 'just-now' }).waitFor();
  expect(performance.now() - sent).toBeLessThan(2500);
});

test('the page is told of each new state by server-sent events, and again after a restart', async () => {
  const { daemon, client } = cluster;
  const { page } = await logIn();
  const heard: string[] = [];
  page.on('request', (request) => {
    if (request.resourceType() === 'eventsource') heard.push(request.url());
  });
  await page.reload();
  await page.getByText('live', { exact: true }).waitFor();
  await expect.poll(() => heard.length).toBe(1);
  const sent = performance.now();
  await client.pause('bulk');
  await page.getByText('paused').first().waitFor();
  expect(performance.now() - sent).toBeLessThan(2000);
  await client.resume('bulk');
  await daemon.kill9();
  await daemon.restart();
  await expect.poll(() => heard.length, { timeout: 20_000 }).toBeGreaterThan(1);
  await page.getByText('live', { exact: true }).waitFor();
});

test('the page says loudly that its data are old while the daemon is away, and goes on by itself after a restart', async () => {
  const { daemon } = cluster;
  const { page } = await logIn();
  await daemon.kill9();
  const alert = page.getByRole('alert').filter({ hasText: 'Old data' });
  await alert.waitFor();
  expect(await alert.textContent()).toContain('lockstep cannot be reached');
  await page.getByText('old data', { exact: true }).waitFor();
  await daemon.restart();
  await alert.waitFor({ state: 'detached' });
  await page.getByText('live', { exact: true }).waitFor();
  expect(await page.getByLabel('Token').count()).toBe(0);
});

test('times are local or UTC, as the reader chooses, and stay so', async () => {
  await cluster.client.create('timed', { id: 'timed' });
  const { page } = await logIn();
  await page.goto(`${cluster.daemon.opsUrl}/command?id=timed`);
  const time = page.locator('dl time').first();
  await time.waitFor();
  const iso = (await time.getAttribute('datetime')) ?? '';
  const hour = (zone: string) => new Date(iso).toLocaleTimeString('en-GB', { timeZone: zone });
  expect(await time.textContent()).toBe(hour('Europe/Rome'));
  await page.getByLabel('Times').selectOption('utc');
  expect(await time.textContent()).toBe(`${hour('UTC')} UTC`);
  await page.reload();
  expect(await time.textContent()).toBe(`${hour('UTC')} UTC`);
});

test('the keyboard alone is enough, from the skip link to an act and back', async () => {
  const { page } = await logIn();
  const focused = () => page.evaluate('document.activeElement.textContent');
  await page.keyboard.press('Tab');
  expect(await focused()).toContain('Skip to the content');
  for (let tabs = 0; tabs < 30 && !String(await focused()).startsWith('Pause'); tabs++) {
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await focused()).toMatch(/^Pause/);
});

test('at 360 pixels a key of usual length is shown whole', async () => {
  const key = 'order-2026-0017';
  await cluster.client.create(key);
  const { page } = await logIn({ width: 360 });
  await page.getByRole('link', { name: 'Commands', exact: true }).click();
  await page.getByRole('link', { name: key }).waitFor();
  // The newest is the first row.
  const [shown, whole] = (await page.evaluate(
    `(({ clientWidth, scrollWidth }) => [clientWidth, scrollWidth])(document.querySelector('th.key-of'))`,
  )) as [number, number];
  expect(shown).toBeGreaterThan(0);
  expect(shown).toBe(whole);
});

test('nothing jumps while the page lives', async () => {
  const { page } = await logIn();
  const shifts = await page.evaluate(`new Promise((resolve) => {
    let sum = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) sum += entry.value;
    }).observe({ type: 'layout-shift' });
    setTimeout(() => resolve(sum), 6000);
  })`);
  expect(shifts).toBeLessThan(0.02);
});

test.each(['light', 'dark'] as const)(
  'axe finds nothing serious in any view, %s, at three widths, and none is wider than the screen',
  async (theme) => {
    await stickOne(cluster, 'stuck-2');
    for (const width of WIDTHS) {
      const { page } = await logIn({ width, theme, bypassesPolicy: true });
      for (const view of VIEWS) {
        await page.goto(`${cluster.daemon.opsUrl}${view}`);
        await page.locator('main > :nth-child(2)').waitFor();
        await page.getByText('Loading…').waitFor({ state: 'detached' });
        await page.evaluate(axe.source);
        const found = (await page.evaluate(
          `axe.run().then(({ violations }) => violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).slice(0, 3).join(' ')))`,
        )) as string[];
        expect([theme, width, view, found]).toEqual([theme, width, view, []]);
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        expect([theme, width, view, Number(overflow) <= 0]).toEqual([theme, width, view, true]);
      }
    }
  },
);

test('without a login axe finds nothing serious either', async () => {
  const { page } = await open(cluster.daemon.opsUrl, { width: 360, bypassesPolicy: true });
  await page.getByLabel('Token').waitFor();
  await page.evaluate(axe.source);
  expect(
    await page.evaluate('axe.run().then(({ violations }) => violations.map(({ id }) => id))'),
  ).toEqual([]);
});
