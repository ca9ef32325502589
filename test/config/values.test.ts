import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { defaultExecutors } from '../../src/config/complete.ts';
import { shown } from '../../src/config/load.ts';
import { SETTING_KEYS } from '../../src/config/schema.ts';
import { docOf } from '../../src/config/settings/setting.ts';
import { envName } from '../../src/config/sources/names.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { problemOf, problemsOf, settingsOf } from './load-in.ts';

const FILE = 'lockstep.config.json';

describe('numbers in the environment are decimal digits', () => {
  test.each(['0x10', '1e3', '5s', ' 5', '5 ', '+5', '05', '5.0', '1_000', '٥', 'NaN', 'Infinity'])(
    '%j is not a whole number',
    (text) => {
      const problem = problemOf({ env: { LOCKSTEP_QUIESCE_MS: text } });
      expect(problem.source).toBe('LOCKSTEP_QUIESCE_MS');
      expect(problem.message).toBe(`${JSON.stringify(text)} is not a whole number in digits`);
      expect(problem.allowed).toBe('a whole number from 1 to 600000 (ms)');
    },
  );

  test.each([
    ['5s', 'Write 5000.'],
    ['2 min', 'Write 120000.'],
    ['7000ms', 'Write 7000.'],
    [' 6000', 'Write 6000.'],
    ['6_000', 'Write 6000.'],
    ['6e3', 'Write 6000.'],
    ['soon', undefined],
    ['1.5', undefined],
  ])('%j gets the hint %j', (text, hint) => {
    expect(problemOf({ env: { LOCKSTEP_QUIESCE_MS: text } }).hint).toBe(hint);
  });

  test.each([
    ['LOCKSTEP_FRAME_BYTES_MAX', '2MiB', 'Write 2097152.'],
    ['LOCKSTEP_RETENTION_DAYS', '2w', 'Write 14.'],
    ['LOCKSTEP_INTERACTIVE_SHARE', '.5', 'Write 0.5.'],
  ])('%s=%s gets a hint in its own unit', (name, text, hint) => {
    expect(problemOf({ env: { [name]: text } }).hint).toBe(hint);
  });

  test('a share may have decimals', () => {
    expect(settingsOf({ env: { LOCKSTEP_INTERACTIVE_SHARE: '0.5' } }).interactiveShare).toBe(0.5);
  });

  test.each(SETTING_KEYS.filter((key) => docOf(key).fileOnly !== true))(
    'an empty variable for %s is an error, not the default',
    (key) => {
      const problem = problemOf({ env: { [envName(key)]: '' } });
      expect(problem).toMatchObject({ source: envName(key), message: 'is set, but empty' });
    },
  );
});

describe('values out of range are refused with the range', () => {
  test.each([
    ['LOCKSTEP_OPS_PORT', '0', '0 is less than 1'],
    ['LOCKSTEP_OPS_PORT', '65536', '65536 is more than 65535'],
    ['LOCKSTEP_OPS_PORT', '-1', '-1 is less than 1'],
    ['LOCKSTEP_OPS_PORT', '9007199254740993', '9007199254740992 is more than 9007199254740991'],
    ['LOCKSTEP_INTERACTIVE_SHARE', '1', '1 is more than 0.95'],
    ['LOCKSTEP_INTERACTIVE_SHARE', '0', '0 is less than 0.05'],
    ['LOCKSTEP_STOP_EXIT_CODE', '78', '78 already has another meaning'],
    ['LOCKSTEP_STOP_EXIT_CODE', '1', '1 already has another meaning'],
    ['LOCKSTEP_STOP_EXIT_CODE', '75', '75 already has another meaning'],
    ['LOCKSTEP_RESTART_AFTER_HOURS', '9000', '9000 is more than 8760'],
    ['LOCKSTEP_MEMORY_LIMIT_BYTES', '1024', '1024 is less than 268435456'],
    ['LOCKSTEP_DRAIN_MS', '30000', '30000 is more than 29000'],
  ])('%s=%s: %s', (name, text, message) => {
    const problem = problemOf({ env: { [name]: text } });
    expect(problem).toMatchObject({ source: name, message });
    expect(problem.allowed).toMatch(/^a (whole )?number from/);
  });

  test('79, with which pm2 keeps a stopped daemon down, is an exit code', () => {
    expect(settingsOf({ env: { LOCKSTEP_STOP_EXIT_CODE: '79' } }).stopExitCode).toBe(79);
  });
});

describe('choices and addresses', () => {
  test.each(['tcp://db.example:5432', 'http://10.0.0.1/ready', 'https://[::1]:8443/'])(
    'the start gate %s can be asked',
    (gate) => {
      expect(settingsOf({ env: { LOCKSTEP_START_GATE: gate } }).startGate).toBe(gate);
    },
  );

  test.each(['db:5432', 'tcp://db', 'ftp://db/', 'https://'])(
    'the start gate %s is none',
    (gate) => {
      const problem = problemOf({ env: { LOCKSTEP_START_GATE: gate } });
      expect(problem.message).toContain('is neither of the form tcp://HOST:PORT nor a URL');
      expect(problem.allowed).toBe('tcp://HOST:PORT, http(s)://HOST…');
    },
  );

  test.each([
    [1, 1],
    [3, 1],
    [4, 2],
    [64, 4],
  ])('%i cores have %i executors by default', (cores, executors) => {
    expect(defaultExecutors(cores)).toBe(executors);
  });

  test('a mistyped choice is suggested', () => {
    expect(problemOf({ env: { LOCKSTEP_LOG_LEVEL: 'dbug' } })).toMatchObject({
      message: '"dbug" is not error, warn, info, debug',
      hint: 'Did you mean "debug"?',
    });
  });

  test.each([
    'tcp://*:1',
    'tcp://0.0.0.0:65535',
    'tcp://[::1]:5570',
    'tcp://host.example:5570',
    'ipc:///run/lockstep/commands',
    `ipc:///${'x'.repeat(106)}`,
  ])('the endpoint %s can be bound', (endpoint) => {
    expect(settingsOf({ env: { LOCKSTEP_ENDPOINT: endpoint } }).endpoint).toBe(endpoint);
  });

  test('a path that is too long for a socket file is refused, with its bytes', () => {
    const endpoint = `ipc:///${'é'.repeat(54)}`;
    const { source, message } = problemOf({ env: { LOCKSTEP_EVENTS_ENDPOINT: endpoint } });
    expect(source).toBe('LOCKSTEP_EVENTS_ENDPOINT');
    expect(message).toContain('names a path of 109 bytes; that of a socket file has 107 at most');
  });

  test.each([
    'localhost:5570',
    'tcp://localhost',
    'tcp://:5570',
    'tcp://h:0',
    'tcp://h:65536',
    'tcp://h:05570',
    'tcp://h:5570/',
    'tcp://a b:5570',
    'ipc://*',
    'ipc://@abstract',
    'ipc://relative/path',
    'ipc:///a/folder/',
    'ipc:///a\nb',
    'TCP://h:5570',
    ' tcp://h:5570',
  ])('the endpoint %j is refused', (endpoint) => {
    expect(problemOf({ env: { LOCKSTEP_ENDPOINT: endpoint } }).source).toBe('LOCKSTEP_ENDPOINT');
  });

  test.each(['::1', '0.0.0.0', 'localhost'])('operators may be served on %s', (host) => {
    expect(settingsOf({ env: { LOCKSTEP_OPS_HOST: host } }).opsHost).toBe(host);
  });

  test.each(['a b', 'http://h', '[::1]', 'h/x'])('the host %j is refused', (host) => {
    expect(problemOf({ env: { LOCKSTEP_OPS_HOST: host } }).source).toBe('LOCKSTEP_OPS_HOST');
  });

  test.each([
    'journal.db',
    'sqlite:',
    'postgres://h',
    'postgres:/h/db',
    'mysql://h/db',
    'SQLITE:x',
  ])('the journal %j is refused', (journal) => {
    expect(problemOf({ env: { LOCKSTEP_JOURNAL: journal } })).toMatchObject({
      source: 'LOCKSTEP_JOURNAL',
      allowed: 'sqlite:PATH; postgres://USER:PASSWORD@HOST:PORT/DATABASE',
    });
  });

  test('P10: the journal may be in a database, whose password is in a file and is never shown', () => {
    const file = join(tempFolder(), 'password');
    writeFileSync(file, 'hush-4711\n', { mode: 0o600 });
    const env = {
      LOCKSTEP_JOURNAL: `postgres://me:\${file:${file}}@db:5432/lockstep?sslmode=verify-full`,
    };
    const settings = settingsOf({ env });
    const url = 'postgres://me:hush-4711@db:5432/lockstep?sslmode=verify-full';
    expect(settings.journal).toEqual({ kind: 'postgres', url, folder: settings.dataDir });
    expect(shown(settings, 'journal')).toBe('postgres://***@db:5432/lockstep?***');
  });

  test('P10: a wrong address of a database is refused without its password', () => {
    const problem = problemOf({ env: { LOCKSTEP_JOURNAL: 'postgres://me:hush 4711@db' } });
    expect(JSON.stringify(problem)).not.toContain('hush');
  });
});

describe('in a file, types are those of JSON', () => {
  test('a number in quotes is refused, with the number as a hint', () => {
    expect(problemOf({ files: { [FILE]: { quiesceMs: '5000' } } })).toMatchObject({
      source: `${FILE}: quiesceMs`,
      message: 'is the text "5000", not a number',
      hint: 'Write 5000, without quotes.',
    });
  });

  test.each([
    ['quiesceMs', null, 'is null, not a number'],
    ['quiesceMs', true, 'is true, not a number'],
    ['quiesceMs', [5000], 'is a list, not a number'],
    ['quiesceMs', 5000.5, 'is 5000.5, not a whole number'],
    ['endpoint', 5570, 'is 5570, not text'],
    ['dataDir', {}, 'is an object, not text'],
    ['dataDir', '', '"" is empty'],
    ['logLevel', 3, '3 is not error, warn, info, debug'],
    ['nodes', 3, 'is 3, not a list'],
    ['dialects', ['challenge'], 'is a list, not an object'],
    ['journal', 3, 'is 3, not text'],
  ])('%s: %j %s', (key, value, message) => {
    const problem = problemOf({ files: { [FILE]: { [key]: value } } });
    expect(problem).toMatchObject({ source: `${FILE}: ${key}`, message });
  });

  test('every setting may stand in a file', () => {
    const settings = settingsOf({
      files: {
        [FILE]: { drainMs: 20_000, logFormat: 'json', interactiveShare: 0.5, nodes: 'a=http://h' },
      },
    });
    expect(settings).toMatchObject({
      drainMs: 20_000,
      logFormat: 'json',
      interactiveShare: 0.5,
      nodes: [{ name: 'a', url: 'http://h' }],
    });
  });

  test('no value is taken over from what every object inherits', () => {
    const problems = problemsOf({
      files: { [FILE]: '{"__proto__": {"quiesceMs": 1}, "constructor": 1}' },
    });
    expect(problems.map(({ source }) => source)).toEqual([
      `${FILE}: __proto__`,
      `${FILE}: constructor`,
    ]);
  });
});
