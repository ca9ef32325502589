/** The address and the tags of statsd. */
import { expect, test } from 'vitest';
import { shown } from '../../src/config/load.ts';
import { problemOf, settingsOf } from './load-in.ts';

test.each([
  ['127.0.0.1:8125', { host: '127.0.0.1', port: 8125 }],
  ['statsd.internal:9125', { host: 'statsd.internal', port: 9125 }],
  ['[::1]:8125', { host: '::1', port: 8125 }],
])('%s is an address, and shown as it was written', (text, statsd) => {
  const settings = settingsOf({ env: { LOCKSTEP_STATSD: text } });
  expect(settings.statsd).toEqual(statsd);
  expect(shown(settings, 'statsd')).toBe(text);
});

test.each(['localhost', 'localhost:0', 'localhost:65536', '::1:8125', 'udp://h:1', ':8125'])(
  'P10: %s is none',
  (text) => {
    expect(problemOf({ env: { LOCKSTEP_STATSD: text } })).toMatchObject({
      source: 'LOCKSTEP_STATSD',
      message: expect.stringContaining('is not of the form HOST:PORT'),
    });
  },
);

test('tags are names with values, and shown as they were written', () => {
  const env = { LOCKSTEP_STATSD_TAGS: 'env:prod,team:core', LOCKSTEP_STATSD_FORMAT: 'datadog' };
  const settings = settingsOf({ env });
  expect(settings.statsdTags).toEqual({ env: 'prod', team: 'core' });
  expect(shown(settings, 'statsdTags')).toBe('env:prod,team:core');
  const wrong = { ...env, LOCKSTEP_STATSD_TAGS: 'prod' };
  expect(problemOf({ env: wrong }).message).toContain('is not of the form name:value');
});
