/** Secrets of integrations, and addresses that may hold one: read from files, and shown nowhere. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadSettings } from '../../src/config/load.ts';
import { preview } from '../../src/config/preview.ts';
import { SETTING_KEYS } from '../../src/config/schema.ts';
import { docOf } from '../../src/config/settings/setting.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { problemOf, problemsOf, settingsOf } from './load-in.ts';

/** A right value for each secret setting, with what it needs beside it. */
const SECRETS: Readonly<
  Record<string, { value: string; beside?: Readonly<Record<string, string>> }>
> = {
  SENTRY_DSN: { value: 'https://verysecret@sentry.example.com/7' },
  CRONITOR_API_KEY: { value: 'verysecret', beside: { CRONITOR_MONITOR: 'm' } },
  TELEGRAM_BOT_TOKEN: { value: '1:verysecret', beside: { TELEGRAM_CHAT_ID: '7' } },
  WEBHOOK_URL: { value: 'https://hooks.example.com/verysecret' },
  WEBHOOK_KEY: {
    value: 'verysecret',
    beside: { WEBHOOK_URL: 'https://h/', WEBHOOK_FORMAT: 'pagerduty' },
  },
};

test('M3: every secret setting is in the list of this test', () => {
  const secret = SETTING_KEYS.filter((key) => docOf(key).secret === true);
  const names = secret.map((key) => docOf(key).variable ?? key);
  expect(new Set(names)).toEqual(new Set(Object.keys(SECRETS)));
});

test.each(Object.entries(SECRETS))(
  'M3: %s is read from a file, by a path of the working directory too',
  (name, { value, beside = {} }) => {
    const cwd = tempFolder();
    const file = join(cwd, 'secret');
    writeFileSync(file, `${value}\n`, { mode: 0o600 });
    const key = SETTING_KEYS.find((one) => docOf(one).variable === name) ?? 'sentryDsn';
    for (const text of [`\${file:${file}}`, '${file:secret}', '${env:OTHER}']) {
      const env = { ...beside, [name]: text, OTHER: value };
      const loaded = loadSettings({ env, cwd });
      expect(loaded).toMatchObject({ ok: true, settings: { [key]: value } });
      expect(preview({ argv: ['--check'], env, cwd })?.text).not.toContain('verysecret');
    }
  },
);

test('M3: a reference in the configuration file is resolved too', () => {
  const cwd = tempFolder();
  writeFileSync(join(cwd, 'secret'), 'https://hooks.example.com/T0', { mode: 0o600 });
  writeFileSync(join(cwd, 'lockstep.config.yaml'), 'webhookUrl: "${file:secret}"\n');
  const loaded = loadSettings({ env: {}, cwd });
  expect(loaded).toMatchObject({
    ok: true,
    settings: { webhookUrl: 'https://hooks.example.com/T0' },
  });
});

test.each([
  ['a missing file', 'none', /^names the file .*none, which can't be read: ENOENT$/],
  [
    'a file that all users can read',
    'open',
    /^names the file .*open, which all users of this machine can read$/,
  ],
  ['an empty file', 'empty', /^names the file .*empty, which is empty$/],
  ['a folder', 'folder', /^names .*folder, which is not a file$/],
  ['a file of two lines', 'lines', /^names the file .*lines, which holds a line break/],
  ['a secret of another form', 'other', /^holds characters that no key has$/],
])('P10: %s is refused, by the name of its setting', (_, name, why) => {
  const cwd = tempFolder();
  const write = (file: string, text: string, mode = 0o600) => {
    writeFileSync(join(cwd, file), text);
    chmodSync(join(cwd, file), mode);
  };
  write('open', 'verysecret', 0o644);
  write('empty', '\n');
  write('lines', 'very\nsecret');
  write('other', 'very secret');
  mkdirSync(join(cwd, 'folder'));
  const env = { CRONITOR_API_KEY: `\${file:${name}}`, CRONITOR_MONITOR: 'm' };
  const loaded = loadSettings({ env, cwd });
  const problems = loaded.ok ? [] : loaded.problems;
  const [problem] = problems.filter(({ source }) => source === 'CRONITOR_API_KEY');
  expect(problem?.message).toMatch(why);
  expect(JSON.stringify(problems)).not.toMatch(/very.?secret/);
});

test('P10: a reference that is misspelt is refused', () => {
  const env = { CRONITOR_API_KEY: '${fil:/x}', CRONITOR_MONITOR: 'm' };
  expect(problemsOf({ env })[0]).toMatchObject({
    source: 'CRONITOR_API_KEY',
    message: 'holds a ${…} that is neither ${env:NAME} nor ${file:PATH}',
  });
});

test.each([
  'LOCKSTEP_START_GATE',
  'LOCKSTEP_CRONITOR_URL',
  'LOCKSTEP_TELEGRAM_URL',
  'LOCKSTEP_WEBHOOK_URL',
])('M3: credentials in %s are refused, and not shown', (name) => {
  const env = { [name]: 'http://user:verysecret@gate.example.com/ready' };
  expect(problemOf({ env })).toMatchObject({
    source: name,
    message: expect.stringContaining('holds credentials (user:password@), which are not sent'),
  });
  expect(JSON.stringify(problemsOf({ env }))).not.toContain('verysecret');
});

test('M3: the query of an address is not shown', () => {
  const query = '?token=verysecret';
  const env = { LOCKSTEP_START_GATE: `http://gate.example.com/ready${query}` };
  expect(settingsOf({ env }).startGate).toContain(query);
  const text = preview({ argv: ['--check'], env, cwd: '/' })?.text;
  expect(text).toContain('startGate = http://gate.example.com/ready?***  (');
  expect(text).not.toContain('verysecret');
  for (const nodes of [`a=http://h/v1${query}`, `a=http://h/v1#${query}`, `http://h/v1${query}`]) {
    const problems = JSON.stringify(problemsOf({ env: { LOCKSTEP_NODES: nodes } }));
    expect(problems).toContain('LOCKSTEP_NODES');
    expect(problems).not.toContain('verysecret');
  }
  for (const name of ['LOCKSTEP_CRONITOR_URL', 'LOCKSTEP_TELEGRAM_URL']) {
    const problems = JSON.stringify(problemsOf({ env: { [name]: `http://h/${query}` } }));
    expect(problems).toContain('holds a query or a fragment');
    expect(problems).not.toContain('verysecret');
  }
});
