/** `lockstep doctor` about sockets that are open to others, or closed to subscribers. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkProtection } from '../../src/cli/doctor/access/protection.ts';
import { writeClientFile } from '../../src/clients/client-file.ts';
import { settingsOf } from '../config/load-in.ts';
import { tempFolder } from '../support/temp-folder.ts';

const found = (env: Readonly<Record<string, string>>) => checkProtection(settingsOf({ env }));

test('says nothing about a daemon on loopback', () => {
  expect(found({})).toEqual([]);
});

test('warns of addresses that LOCKSTEP_UNPROTECTED opens to other machines', () => {
  const open = { LOCKSTEP_ENDPOINT: 'tcp://*:7', LOCKSTEP_UNPROTECTED: 'true' };
  expect(found(open)).toMatchObject([
    { level: 'warn', message: expect.stringContaining('other machines can connect to tcp://*:7,') },
  ]);
});

test('warns that events are off where a token is required and nobody can be asked for it', () => {
  expect(found({ LOCKSTEP_AUTH: 'required' })).toMatchObject([
    { level: 'warn', message: expect.stringContaining('no events are published by ZeroMQ') },
    { level: 'warn', message: expect.stringContaining('peers without a token can connect') },
  ]);
  const withKey = { LOCKSTEP_AUTH: 'required', LOCKSTEP_CURVE_KEY_FILE: '/etc/server.key' };
  expect(found(withKey)).toEqual([
    {
      check: 'protection',
      level: 'ok',
      message: 'both sockets use CURVE, with the key /etc/server.key',
    },
  ]);
});

test('warns of peers without a token where a list says that not everybody is trusted', () => {
  const LOCKSTEP_CLIENTS = join(tempFolder(), 'clients.json');
  writeClientFile(LOCKSTEP_CLIENTS, []);
  const text = expect.stringContaining('one that is hostile can end the daemon');
  expect(found({ LOCKSTEP_CLIENTS })).toMatchObject([{ level: 'warn', message: text }]);
  const LOCKSTEP_ENDPOINT = 'ipc:///run/lockstep/clients';
  expect(found({ LOCKSTEP_CLIENTS, LOCKSTEP_ENDPOINT })).toEqual([]);
});
