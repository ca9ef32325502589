/** The keys that a container makes at its first start: all of them or none, once. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readClientFile } from '../../src/clients/client-file.ts';
import { readClientKey } from '../../src/clients/client-key.ts';
import { readServerKey } from '../../src/clients/server-key.ts';
import { buildCopy } from '../support/built-copy.ts';
import { tempFolder } from '../support/temp-folder.ts';

test('several containers that start at once have one set of keys, and it is never made again', async () => {
  await using copy = await buildCopy();
  const data = tempFolder();
  const folder = join(data, 'keys');
  // A setting that is wrong is for the daemon to name.
  const make = () =>
    copy.run(['supervisor/make-keys', folder], { LOCKSTEP_REQUEST_TIMEOUT_MS: 'soon' });
  const ends = await Promise.all([make(), make(), make()]);
  expect(ends.map(({ code, stderr }) => [code, stderr])).toEqual(Array(3).fill([0, '']));
  const made = `the keys of the daemon and of the client operator were made in ${folder}\n`;
  expect(ends.map(({ stdout }) => stdout).join('')).toBe(made);
  expect(readdirSync(data)).toEqual(['keys']);
  const files = readdirSync(folder).sort();
  expect(files).toEqual(['clients.json', 'operator.key', 'server.key']);
  for (const file of files) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);

  const server = readServerKey(join(folder, 'server.key'));
  const operator = readClientKey(join(folder, 'operator.key'));
  const listed = readClientFile(join(folder, 'clients.json'));
  if (!server.ok || !operator.ok || !listed.ok) throw new Error('they cannot be read');
  expect(operator.key.serverKey).toBe(server.pair.publicKey);
  const client = { name: 'operator', role: 'operate' };
  expect(listed.list?.byCurveKey(operator.key.publicKey)).toMatchObject(client);
  expect(listed.list?.byToken(operator.key.token ?? '')).toMatchObject(client);

  const before = readFileSync(join(folder, 'server.key'), 'utf8');
  expect((await make()).code).toBe(0);
  expect(readFileSync(join(folder, 'server.key'), 'utf8')).toBe(before);
});

test('P10: where none can be made, it says so and leaves nothing', async () => {
  await using copy = await buildCopy();
  const place = join(tempFolder(), 'no such folder', 'keys');
  const { code, stderr } = await copy.run(['supervisor/make-keys', place]);
  expect(code).not.toBe(0);
  expect(stderr).toContain('no such folder');
  expect(existsSync(place)).toBe(false);
});
