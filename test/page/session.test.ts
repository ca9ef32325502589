/** Who gets in at the live page, in a real browser. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { linkOf } from './support/browser.ts';
import { shareStage } from './support/stage.ts';

const { cluster, open, logIn } = shareStage();

test('the link logs in: the token becomes a cookie that no script reads, and leaves the address bar', async () => {
  const { page, context } = await logIn();
  expect(page.url()).toBe(`${cluster.daemon.opsUrl}/`);
  const [cookie] = await context.cookies();
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' });
  expect(await page.evaluate('document.cookie')).toBe('');
  expect(await page.evaluate('history.length')).toBeLessThanOrEqual(2);
  await page.goto(`${cluster.daemon.opsUrl}/commands?state=refused`);
  await page.getByRole('heading', { name: 'Commands' }).waitFor();
});

test('without a link a token is asked for; a wrong one is named as such', async () => {
  const { daemon } = cluster;
  const { page } = await open(`${daemon.opsUrl}/nodes`);
  const field = page.getByLabel('Token');
  await field.fill('lsk_wrong');
  await field.press('Enter');
  expect(await page.getByRole('alert').textContent()).toMatch(/^the token is not known\. /);
  await field.fill(readFileSync(join(daemon.dataDir, 'ops-token'), 'utf8'));
  await field.press('Enter');
  await page.getByRole('heading', { name: 'node01' }).waitFor();
  expect(page.url()).toBe(`${daemon.opsUrl}/nodes`);
});

test('a link with a wrong token says so, and the address bar keeps none', async () => {
  const { page } = await open(`${cluster.daemon.opsUrl}/#token=lsk_nobody`);
  await page.getByText('the token is not known').waitFor();
  expect(page.url()).toBe(`${cluster.daemon.opsUrl}/`);
});

test('after the end of the session the page asks again, and the cookie is worth nothing', async () => {
  const { page, context } = await logIn();
  const cookies = await context.cookies();
  await page.getByRole('button', { name: /^Log out/ }).click();
  await page.getByLabel('Token').waitFor();
  expect(await context.cookies()).toEqual([]);
  await context.addCookies(cookies);
  await page.reload();
  await page.getByLabel('Token').waitFor();
});

test('the link works again in a browser that is logged in', async () => {
  const { page } = await logIn();
  await page.goto('about:blank');
  await page.goto(linkOf(cluster.daemon));
  await page.getByRole('heading', { name: 'Needs attention' }).waitFor();
  expect(page.url()).toBe(`${cluster.daemon.opsUrl}/`);
});
