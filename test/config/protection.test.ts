/** Protected mode: what other machines can reach needs CURVE and a list, or the operator's word. */
import { symlinkSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newCurvePair } from '../../src/clients/curve-pair.ts';
import { serverKeyText } from '../../src/clients/server-key.ts';
import { loadSettings } from '../../src/config/load.ts';
import { eventsAreOff, unprotectedAddresses } from '../../src/config/machine/protection.ts';
import { preview } from '../../src/config/preview.ts';
import { writeList, writeText } from '../clients/support.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { settingsOf } from './load-in.ts';

const BEYOND = [
  'tcp://0.0.0.0:7',
  'tcp://*:7',
  'tcp://[::]:7',
  'tcp://192.0.2.1:7',
  'tcp://[fe80::1]:7',
];
/** Names that only a look-up could tell, and addresses that are written in another way. */
const UNKNOWN = [
  'tcp://node.example:7',
  'tcp://nosuch0:7',
  'tcp://127.1:7',
  'tcp://0x7f000001:7',
  'tcp://constructor:7',
];
const WITHIN = [
  'tcp://127.0.0.1:7',
  'tcp://127.9.9.9:7',
  'tcp://[::1]:7',
  'tcp://localhost:7',
  'ipc:///run/a',
];

function problemsOf(env: Readonly<Record<string, string>>, cwd = tempFolder()) {
  const loaded = loadSettings({ env, cwd, readsSecrets: true });
  return loaded.ok ? [] : loaded.problems;
}

describe('an address that other machines can reach', () => {
  test.each([...BEYOND, ...UNKNOWN])('%s is refused for either socket', (address) => {
    for (const variable of ['LOCKSTEP_ENDPOINT', 'LOCKSTEP_EVENTS_ENDPOINT']) {
      const [problem, ...more] = problemsOf({ [variable]: address });
      expect(more).toEqual([]);
      expect(problem?.source).toBe(variable);
      expect(problem?.message).toContain(`lets other machines connect (${address})`);
      expect(problem?.message).toContain('LOCKSTEP_CURVE_KEY_FILE is not set');
      expect(problem?.message).toContain('there is no list of clients (LOCKSTEP_CLIENTS: ');
      expect(problem?.hint).toContain('LOCKSTEP_UNPROTECTED=true');
    }
  });

  test.each(WITHIN)('%s is none', (address) => {
    expect(problemsOf({ LOCKSTEP_ENDPOINT: address })).toEqual([]);
  });

  test('an interface counts by its addresses', () => {
    const names = Object.entries(networkInterfaces());
    const loopback = names.find(([, of = []]) => of.every(({ internal }) => internal))?.[0];
    expect(problemsOf({ LOCKSTEP_ENDPOINT: `tcp://${loopback}:7` })).toEqual([]);
    const other = names.find(([, of = []]) => of.some(({ internal }) => !internal))?.[0];
    if (other !== undefined) {
      expect(problemsOf({ LOCKSTEP_ENDPOINT: `tcp://${other}:7` })).toHaveLength(1);
    }
  });

  test("for the operators' port an interface is a name like others: Node looks it up", () => {
    const names = Object.entries(networkInterfaces());
    const loopback = names.find(([, of = []]) => of.every(({ internal }) => internal))?.[0] ?? 'lo';
    expect(problemsOf({ LOCKSTEP_OPS_HOST: loopback })).toHaveLength(1);
    expect(problemsOf({ LOCKSTEP_OPS_HOST: 'localhost' })).toEqual([]);
  });

  test('needs both, CURVE and a list; a list of nobody is one', () => {
    const cwd = tempFolder();
    const [list, key] = [join(cwd, 'list.json'), join(cwd, 'server.key')];
    writeText(key, serverKeyText(newCurvePair()));
    const open = { LOCKSTEP_ENDPOINT: 'tcp://*:7' };
    const withKey = { ...open, LOCKSTEP_CURVE_KEY_FILE: key };
    const withList = { LOCKSTEP_CLIENTS: list };
    expect(problemsOf(withKey, cwd)[0]?.message).not.toContain('LOCKSTEP_CURVE_KEY_FILE');
    expect(problemsOf(withKey, cwd)).toHaveLength(1);
    writeList(list);
    expect(problemsOf({ ...open, ...withList }, cwd)[0]?.message).not.toContain('no list');
    expect(problemsOf({ ...open, ...withList }, cwd)).toHaveLength(1);
    expect(problemsOf({ ...withKey, ...withList }, cwd)).toEqual([]);
  });

  test('is allowed by LOCKSTEP_UNPROTECTED=true, and then shown', () => {
    const env = { LOCKSTEP_ENDPOINT: 'tcp://*:7', LOCKSTEP_UNPROTECTED: 'true' };
    expect(problemsOf(env)).toEqual([]);
    expect(unprotectedAddresses(settingsOf({ env }))).toEqual(['tcp://*:7']);
    expect(unprotectedAddresses(settingsOf({}))).toEqual([]);
  });

  test('--check refuses it as a start does', () => {
    const env = { LOCKSTEP_ENDPOINT: 'tcp://*:7' };
    const shown = preview({ argv: ['--check'], env, cwd: tempFolder() });
    expect(shown).toMatchObject({ exitCode: 78 });
    expect(shown?.text).toContain('LOCKSTEP_ENDPOINT lets other machines connect');
  });
});

describe("the operators' port", () => {
  test.each(['0.0.0.0', '::', '192.0.2.1', 'ops.example', '127.1'])(
    'on %s needs a list; a list of nobody is one',
    (host) => {
      const cwd = tempFolder();
      const env = { LOCKSTEP_OPS_HOST: host, LOCKSTEP_CLIENTS: join(cwd, 'list.json') };
      const [problem, ...more] = problemsOf(env, cwd);
      expect(more).toEqual([]);
      expect(problem).toMatchObject({
        source: 'LOCKSTEP_OPS_HOST',
        message: expect.stringContaining(`the operators' port (${host}), but there is no list`),
        hint: expect.stringContaining('LOCKSTEP_UNPROTECTED=true'),
      });
      expect(problemsOf({ ...env, LOCKSTEP_UNPROTECTED: 'true' }, cwd)).toEqual([]);
      writeList(join(cwd, 'list.json'));
      expect(problemsOf(env, cwd)).toEqual([]);
    },
  );

  test.each(['127.0.0.1', '::1', 'localhost', '127.9.9.9'])('on %s needs none', (host) => {
    expect(problemsOf({ LOCKSTEP_OPS_HOST: host })).toEqual([]);
  });
});

test('P10: LOCKSTEP_UNPROTECTED is true or false', () => {
  const [problem] = problemsOf({ LOCKSTEP_UNPROTECTED: 'yes' });
  expect(problem).toMatchObject({
    source: 'LOCKSTEP_UNPROTECTED',
    message: '"yes" is neither true nor false',
    allowed: 'true, false',
  });
});

test('P10: a key of the daemon that cannot be read is a problem of its setting', () => {
  const [problem] = problemsOf({ LOCKSTEP_CURVE_KEY_FILE: 'none.key' });
  expect(problem?.source).toBe('LOCKSTEP_CURVE_KEY_FILE');
  expect(problem?.message).toContain('cannot be used: there is no file /');
});

test('a list that was used in this data folder and is gone is a problem, wherever it was; a link counts as the mark', () => {
  const cwd = tempFolder();
  const env = { LOCKSTEP_DATA_DIR: cwd, LOCKSTEP_CLIENTS: join(cwd, 'list.json') };
  expect(problemsOf(env, cwd)).toEqual([]);
  symlinkSync('/nowhere', join(cwd, 'clients-used'));
  expect(problemsOf(env, cwd)).toEqual([
    {
      source: 'LOCKSTEP_CLIENTS',
      message: expect.stringContaining(`${join(cwd, 'list.json')}; this data folder has been used`),
      hint: expect.stringContaining('lockstep keys off'),
    },
  ]);
  writeList(join(cwd, 'list.json'));
  expect(problemsOf(env, cwd)).toEqual([]);
});

test('P10: a data folder that cannot be looked into may have been used with a list: no daemon starts', () => {
  const cwd = tempFolder();
  symlinkSync('loop', join(cwd, 'loop'));
  const env = { LOCKSTEP_DATA_DIR: join(cwd, 'loop'), LOCKSTEP_CLIENTS: join(cwd, 'list.json') };
  expect(problemsOf(env, cwd)).toContainEqual({
    source: 'LOCKSTEP_CLIENTS',
    message: expect.stringContaining('cannot read whether this data folder was used with a list'),
    hint: expect.stringContaining('LOCKSTEP_DATA_DIR'),
  });
});

test('events by ZeroMQ are off where nobody can be asked for a token', () => {
  const isOff = (env: Readonly<Record<string, string>>) => eventsAreOff(settingsOf({ env }));
  const required = { LOCKSTEP_AUTH: 'required' };
  expect(isOff({})).toBe(false);
  expect(isOff(required)).toBe(true);
  expect(isOff({ ...required, LOCKSTEP_EVENTS_ENDPOINT: 'ipc:///run/events' })).toBe(false);
  expect(isOff({ ...required, LOCKSTEP_CURVE_KEY_FILE: 'server.key' })).toBe(false);
});
