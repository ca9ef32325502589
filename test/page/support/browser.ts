/** Debian's Chromium, driven by playwright-core, and the pages of one daemon in it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Undefined: this machine has none. */
export const CHROMIUM = PROGRAMS.find((path) => existsSync(path));

export function openBrowser(): Promise<Browser> {
  if (CHROMIUM === undefined) throw new Error('there is no Chromium');
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS, headless: true });
}

/** What a page must not do: noted, for a test to look at. */
export interface Noted {
  /** Requests to another origin than the daemon's. */
  readonly foreign: string[];
  /** Errors of the page, violations of its policy included. */
  readonly errors: string[];
}

export interface Seen extends Noted {
  readonly context: BrowserContext;
  readonly page: Page;
}

export interface PageOptions {
  readonly width?: number;
  readonly theme?: 'light' | 'dark';
  /** Of a script that is not the page's own, as axe. */
  readonly bypassesPolicy?: boolean;
}

export async function newPage(
  browser: Browser,
  origin: string,
  { width = 1280, theme = 'light', bypassesPolicy = false }: PageOptions = {},
): Promise<Seen> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: theme,
    bypassCSP: bypassesPolicy,
    timezoneId: 'Europe/Rome',
  });
  const page = await context.newPage();
  const foreign: string[] = [];
  const errors: string[] = [];
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) foreign.push(request.url());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted/i.test(message.text())) errors.push(message.text());
  });
  return { context, page, foreign, errors };
}

/** The link that `lockstep page` prints for the daemon's own token. */
export function linkOf({
  opsUrl,
  dataDir,
}: {
  readonly opsUrl: string;
  readonly dataDir: string;
}): string {
  return `${opsUrl}/#token=${readFileSync(join(dataDir, 'ops-token'), 'utf8').trim()}`;
}
