import { describe, expect, test } from 'vitest';
import { preview } from '../../src/config/preview.ts';
import { problemOf, problemsOf, settingsOf } from './load-in.ts';

const DSN = 'https://verysecret@sentry.example.com/7';

describe('names that other programs know too', () => {
  test('are read, are weaker than LOCKSTEP_…, and count as unset when empty', () => {
    expect(settingsOf({ env: { SENTRY_DSN: DSN } }).sentryDsn).toBe(DSN);
    expect('sentryDsn' in settingsOf({ env: { SENTRY_DSN: '' } })).toBe(false);
    const both = { SYSLOG_ADDRESS: 'udp://a:514', LOCKSTEP_SYSLOG_ADDRESS: 'tcp://b:601' };
    expect(settingsOf({ env: both }).syslogAddress).toEqual({ kind: 'tcp', host: 'b', port: 601 });
  });

  test('a wrong value is reported by the name that was used', () => {
    expect(problemOf({ env: { SYSLOG_ADDRESS: 'udp://host' } }).source).toBe('SYSLOG_ADDRESS');
  });
});

describe('an integration that is set by half is no integration', () => {
  test.each<[env: Record<string, string>, named: string]>([
    [{ CRONITOR_API_KEY: 'key' }, 'CRONITOR_API_KEY'],
    [{ CRONITOR_MONITOR: 'monitor' }, 'CRONITOR_MONITOR'],
    [{ TELEGRAM_BOT_TOKEN: '1:token' }, 'TELEGRAM_BOT_TOKEN'],
    [{ TELEGRAM_CHAT_ID: '7' }, 'TELEGRAM_CHAT_ID'],
    [{ LOCKSTEP_WEBHOOK_KEY: 'key' }, 'LOCKSTEP_WEBHOOK_KEY'],
    [{ LOCKSTEP_WEBHOOK_FORMAT: 'slack' }, 'LOCKSTEP_WEBHOOK_FORMAT'],
    [
      { LOCKSTEP_WEBHOOK_URL: 'https://host/', LOCKSTEP_WEBHOOK_FORMAT: 'pagerduty' },
      'LOCKSTEP_WEBHOOK_FORMAT',
    ],
  ])('%j', (env, named) => {
    const problem = problemOf({ env });
    expect(`${problem.source} ${problem.message}`).toContain(named);
  });

  test.each([
    ['SENTRY_DSN', 'https://key@host'],
    ['SENTRY_ENVIRONMENT', 'two words'],
    ['LOCKSTEP_SENTRY_IGNORE', 'main,,executor-1'],
    ['CRONITOR_MONITOR', 'two words'],
    ['LOCKSTEP_CRONITOR_URL', 'cronitor.link'],
    ['TELEGRAM_CHAT_ID', 'Anna'],
    ['LOCKSTEP_TELEGRAM_URL', 'ftp://api.telegram.org'],
    ['LOCKSTEP_WEBHOOK_URL', 'hooks.example.com'],
    ['LOCKSTEP_WEBHOOK_FORMAT', 'teams'],
    ['LOCKSTEP_NOTICE_INTERVAL_MS', 'often'],
    ['DEVICE_NAME', 'a/b'],
  ])('wrong: %s=%s is named', (name, value) => {
    expect(problemsOf({ env: { [name]: value } }).map(({ source }) => source)).toContain(name);
  });
});

describe('no secret is shown', () => {
  test.each([
    ['SENTRY_DSN', 'https://verysecret-key@host/1'],
    ['SENTRY_DSN', 'verysecret'],
    ['LOCKSTEP_WEBHOOK_URL', 'verysecret'],
    ['TELEGRAM_BOT_TOKEN', 'very secret'],
    ['CRONITOR_API_KEY', 'verysecret'],
  ])('not in what is wrong with it: %s=%s', (name, value) => {
    const problems = JSON.stringify(problemsOf({ env: { [name]: value } }));
    expect(problems).toContain(name);
    expect(problems).not.toMatch(/very ?secret/);
  });

  test('not when a file gives something else than text', () => {
    const files = { 'lockstep.config.json': { sentryDsn: 815_4711 } };
    expect(problemOf({ files }).message).toBe('is not text');
  });

  test('not by --check', () => {
    const detail = preview({ argv: ['--check'], env: { SENTRY_DSN: DSN }, cwd: '/nowhere/at/all' });
    expect(detail?.text).toContain('sentryDsn = (set, not shown)  (SENTRY_DSN)\n');
    expect(detail?.text).not.toContain('verysecret');
  });
});

describe('the address of the syslog server', () => {
  test.each([
    ['udp://10.0.0.1:514', { kind: 'udp', host: '10.0.0.1', port: 514 }],
    ['tls://logs.example.com:6514', { kind: 'tls', host: 'logs.example.com', port: 6514 }],
    ['tcp://[::1]:601', { kind: 'tcp', host: '::1', port: 601 }],
    ['unix:///dev/log', { kind: 'unix', path: '/dev/log' }],
    ['none', { kind: 'none' }],
  ])('%s', (text, address) => {
    expect(settingsOf({ env: { SYSLOG_ADDRESS: text } }).syslogAddress).toEqual(address);
  });

  test.each([
    'udp://host',
    'udp://host:0',
    'udp://host:65536',
    'http://host:514',
    'host:514',
    'unix://log',
  ])('%s is refused', (text) => {
    expect(problemOf({ env: { SYSLOG_ADDRESS: text } }).message).toContain('is not of the form');
  });
});
