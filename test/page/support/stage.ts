/** One cluster and one browser for the tests of a file, and pages in it that must behave. */
import type { Browser } from 'playwright-core';
import { beforeAll, beforeEach, expect, onTestFinished } from 'vitest';
import { type Cluster, type ClusterOptions, shareCluster } from '../../support/cluster.ts';
import { CHROMIUM, linkOf, newPage, openBrowser, type PageOptions, type Seen } from './browser.ts';
import { SETTINGS } from './trouble.ts';

export interface Stage {
  readonly cluster: Cluster;
  /** A new browser at a path of the page; whatever a page must not do fails the test. */
  readonly open: (path: string, options?: PageOptions) => Promise<Seen>;
  /** One that has used the link of the daemon's own token. */
  readonly logIn: (options?: PageOptions) => Promise<Seen>;
}

/** Where there is no Chromium, each test is skipped, with that reason. */
export function shareStage({ env = {}, ...options }: ClusterOptions = {}): Stage {
  const cluster = shareCluster({ env: { ...SETTINGS, ...env }, executors: 1, ...options });
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (CHROMIUM === undefined) return;
    browser = await openBrowser();
    return () => browser?.close();
  });
  beforeEach((context) => {
    if (browser === undefined) context.skip('Chromium is not installed');
  });
  const open = async (path: string, pageOptions: PageOptions = {}): Promise<Seen> => {
    if (browser === undefined) throw new Error('there is no browser');
    const seen = await newPage(browser, cluster.daemon.opsUrl, pageOptions);
    onTestFinished(async () => {
      await seen.context.close();
      expect({ foreign: seen.foreign, errors: seen.errors }).toEqual({ foreign: [], errors: [] });
    });
    await seen.page.goto(path);
    return seen;
  };
  const logIn = async (pageOptions?: PageOptions): Promise<Seen> => {
    const seen = await open(linkOf(cluster.daemon), pageOptions);
    await seen.page.getByRole('heading', { name: 'Needs attention' }).waitFor();
    return seen;
  };
  return { cluster, open, logIn };
}
