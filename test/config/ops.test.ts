/** The settings of the operators' port. */
import { describe, expect, test } from 'vitest';
import { shown } from '../../src/config/load.ts';
import { problemOf, settingsOf } from './load-in.ts';

const named = (names: string) => ({ env: { LOCKSTEP_OPS_NAMES: names } });

describe('opsNames', () => {
  test('are a list in lower case, shown as they are written', () => {
    const settings = settingsOf(named('Ops.Example.com,lockstepd,my_service-1'));
    expect(settings.opsNames).toEqual(['ops.example.com', 'lockstepd', 'my_service-1']);
    expect(shown(settings, 'opsNames')).toBe('ops.example.com,lockstepd,my_service-1');
    expect(shown(settingsOf({}), 'opsNames')).toBe('none');
  });

  test.each([
    'ops.example.com:5580',
    'http://ops.example.com',
    'ops.example.com.',
    '*.example.com',
    'a,,b',
    'a, b',
    'user@host',
    '[::1]',
    'a'.repeat(64),
  ])('%j is refused', (names) => {
    expect(problemOf(named(names))).toMatchObject({
      source: 'LOCKSTEP_OPS_NAMES',
      message: `"${names}" is not of the form name,name,… without ports`,
    });
  });
});

describe('opsTlsCert and opsTlsKey', () => {
  test('become absolute, and are shown', () => {
    const env = { LOCKSTEP_OPS_TLS_CERT: 'tls/cert.pem', LOCKSTEP_OPS_TLS_KEY: '/etc/key.pem' };
    const settings = settingsOf({ env });
    expect(settings.opsTlsCert).toMatch(/^\/.+\/tls\/cert\.pem$/);
    expect(settings.opsTlsKey).toBe('/etc/key.pem');
    expect(shown(settings, 'opsTlsKey')).toBe('/etc/key.pem');
    expect(shown(settingsOf({}), 'opsTlsCert')).toBe('none');
  });
});
