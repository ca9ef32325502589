/** The settings about clients: a list that is there is checked before the daemon starts. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadSettings } from '../../src/config/load.ts';
import { preview } from '../../src/config/preview.ts';
import { writeText } from '../clients/support.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { settingsOf } from './load-in.ts';

test('the list is in the data folder unless a path is given', () => {
  const { clients, dataDir, auth } = settingsOf({});
  expect(clients).toBe(join(dataDir, 'clients.json'));
  expect(auth).toBe('auto');
  const moved = settingsOf({ env: { LOCKSTEP_CLIENTS: 'etc/list.json' } });
  expect(moved.clients).toBe(join(moved.dataDir, '../etc/list.json'));
});

test('P10: a list that cannot be used is a problem of the configuration, with its setting', () => {
  const cwd = tempFolder();
  const path = join(cwd, 'list.json');
  writeText(path, '{"clients":[{"name":"deploy","role":"admin"}]}');
  const input = { env: { LOCKSTEP_CLIENTS: path }, cwd };
  expect(loadSettings(input).ok).toBe(true);
  expect(loadSettings({ ...input, readsSecrets: true })).toEqual({
    ok: false,
    problems: [
      {
        source: 'LOCKSTEP_CLIENTS',
        message: `names a list of clients that cannot be used: ${path}: clients.0.role must be commands, read, operate`,
      },
    ],
  });
  writeText(join(cwd, 'data-clients.json'), '{"clients":[]}', 0o644);
  const open = preview({ argv: ['--check', '--clients', 'data-clients.json'], env: {}, cwd });
  expect(open?.exitCode).toBe(78);
  expect(open?.text).toContain(
    '--clients names a list of clients that cannot be used: other users',
  );
  expect(open?.text).toContain('hint: chmod 600');
});
