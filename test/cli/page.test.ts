/** `lockstep page`, as operators run it, beside a daemon or without. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clientListText } from '../../src/clients/client-list.ts';
import { knownClient } from '../clients/support.ts';
import { startCluster } from '../support/cluster.ts';
import { runCli } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

const page = (
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
  ...args: readonly string[]
) => runCli(['page', ...args], { env: { LOCKSTEP_DATA_DIR: dataDir, ...env } });

const written = (folder: string, name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
};

test('prints a link that logs in at the daemon, and a browser sends its token to nobody', async () => {
  const { daemon } = await startCluster();
  const { dataDir, opsUrl } = daemon;
  const token = readFileSync(join(dataDir, 'ops-token'), 'utf8').trim();
  expect(await page(dataDir)).toMatchObject({
    code: 0,
    stdout: `${opsUrl}/#token=${token}\n`,
    stderr: '',
  });
  const { stdout } = await page(dataDir, {}, '--json');
  expect(JSON.parse(stdout)).toEqual({ link: `${opsUrl}/#token=${token}`, logsIn: true });
  const headers = { origin: opsUrl, 'content-type': 'application/json' };
  const response = await fetch(`${opsUrl}/session`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ token }),
  });
  expect(await response.json()).toEqual({ name: 'ops-token', role: 'operate' });
});

test('without a daemon that has run there, it says what to give', async () => {
  const { code, stdout, stderr } = await page(tempFolder());
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(
    /^lockstep: no daemon has run with the data folder .*\n {2}Start the daemon, or give its settings/,
  );
  const { stdout: json } = await page(tempFolder(), {}, '--json');
  expect(JSON.parse(json).error.code).toBe('no_page');
});

test('where there is a list of clients, the link has the token of the caller, or none', async () => {
  const data = tempFolder();
  const ann = knownClient('ann', 'operate');
  written(data, 'ops-url', 'http://127.0.0.1:5580\n');
  written(data, 'ops-token', 'lsk_of-the-daemon\n');
  written(data, 'clients.json', clientListText([ann.client]));
  const without = await page(data);
  expect(without).toMatchObject({ code: 0, stdout: 'http://127.0.0.1:5580/\n' });
  expect(without.stderr).toContain(
    'log in with the token of a client with the role read or operate',
  );
  const link = `http://127.0.0.1:5580/#token=${ann.token}\n`;
  const file = written(data, 'ann.token', ann.token);
  expect((await page(data, {}, '--token-file', file)).stdout).toBe(link);
  expect((await page(data, { LOCKSTEP_TOKEN: ann.token })).stdout).toBe(link);
});

test('files that other users could have written are not believed', async () => {
  const data = tempFolder();
  writeFileSync(join(data, 'ops-url'), 'http://evil.example\n', { mode: 0o666 });
  const { code, stdout, stderr } = await page(data);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain('ops-url');
});
