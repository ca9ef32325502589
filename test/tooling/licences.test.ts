/** `docs/licences.md` is what the lockfile says. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { licencesPage, PAGE } from './licences.ts';

test('M5: the page of licences is that of the lockfile, and says that pm2 is under the AGPL', () => {
  const page = readFileSync(PAGE, 'utf8');
  expect(page).toBe(licencesPage());
  expect(page).toMatch(/^\| AGPL-3\.0 \| 1 \| pm2 \|$/m);
});

test('M5: the README says so, too', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  expect(readme).toMatch(/pm2.*AGPL/s);
  expect(readme).toContain('(docs/licences.md)');
});
