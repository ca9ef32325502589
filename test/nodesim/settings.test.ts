import { describe, expect, it } from 'vitest';
import { readCommandLine } from '../../src/nodesim/flags.ts';
import { readSettings } from '../../src/nodesim/settings.ts';

function message(
  flags: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
): string {
  const settings = readSettings(flags, environment);
  return settings.ok ? 'fine' : settings.message;
}

describe('the settings', () => {
  it('have defaults', () => {
    const settings = readSettings({}, { LOCKSTEP_DATA_DIR: '/data' });
    expect(settings).toMatchObject({
      ok: true,
      value: {
        host: '127.0.0.1',
        port: 7400,
        nodes: ['node01', 'node02', 'node03'],
        dataDir: '/data/nodesim',
        randomBehavior: 0,
        showTokens: false,
        deleteMissing: 404,
        logLevel: 'info',
        stopExitCode: 0,
      },
    });
  });

  it('come from the flag, else the environment, else the default', () => {
    const environment = { NODESIM_PORT: '8000', RANDOM_BEHAVIOR: '.5', NODESIM_SHOW_TOKENS: '1' };
    const settings = readSettings({ port: '9000' }, environment);
    expect(settings).toMatchObject({
      value: { port: 9000, randomBehavior: 0.5, showTokens: true, seed: expect.any(Number) },
    });
  });

  it('take an empty variable for none', () => {
    expect(readSettings({}, { NODESIM_PORT: '' })).toMatchObject({ value: { port: 7400 } });
  });

  it.each([
    ['RANDOM_BEHAVIOR', '1.5', 'not a probability from 0 to 1'],
    ['RANDOM_BEHAVIOR', '-0.1', 'not a probability from 0 to 1'],
    ['RANDOM_BEHAVIOR', 'NaN', 'not a probability from 0 to 1'],
    ['NODESIM_PORT', 'x', 'not a port from 0 to 65535'],
    ['NODESIM_PORT', '65536', 'not a port from 0 to 65535'],
    ['NODESIM_PORT', '7400.5', 'not a port from 0 to 65535'],
    ['NODESIM_NODES', 'a,,b', 'not 1 to 50 different names'],
    ['NODESIM_NODES', 'a,a', 'not 1 to 50 different names'],
    ['NODESIM_NODES', '../a', 'not 1 to 50 different names'],
    ['NODESIM_NODES', Array.from({ length: 51 }, (_, n) => `n${n}`).join(), 'not 1 to 50'],
    ['NODESIM_SEED', '-1', 'not a whole number from 0 to 4294967295'],
    ['NODESIM_SHOW_TOKENS', 'yes', 'not true or false'],
    ['NODESIM_DELETE_MISSING', '500', 'not one of 404, 200, 204, 400'],
    ['NODESIM_LOG_LEVEL', 'loud', 'not error, info, debug'],
    ['LOCKSTEP_STOP_EXIT_CODE', '256', 'not an exit code from 0 to 255'],
  ])('refuse %s=%s, by that name', (variable, value, wanted) => {
    const text = message({}, { [variable]: value });
    expect(text.startsWith(`${variable} is ${JSON.stringify(value)}, ${wanted}`)).toBe(true);
  });

  it('name the flag when it came by flag', () => {
    expect(message({ 'random-behavior': '2' })).toBe(
      '--random-behavior (RANDOM_BEHAVIOR) is "2", not a probability from 0 to 1',
    );
  });

  it('refuse a port that leaves no room for the nodes’ ports', () => {
    expect(message({}, { NODESIM_PORT: '65533' })).toContain('would be over 65535');
    expect(message({}, { NODESIM_PORT: '65532' })).toBe('fine');
  });

  it('hold up to 50 nodes', () => {
    expect(message({ nodes: Array.from({ length: 50 }, (_, n) => `n${n}`).join() })).toBe('fine');
  });
});

describe('the command line', () => {
  it('reads flags in all their spellings', () => {
    expect(readCommandLine(['--port', '0', '--show-tokens', '--nodes=a,b'])).toEqual({
      kind: 'run',
      flags: { port: '0', 'show-tokens': 'true', nodes: 'a,b' },
    });
    expect(readCommandLine([])).toEqual({ kind: 'run', flags: {} });
  });

  it.each([
    [['--sed', '1'], 'Unknown argument: sed; did you mean --seed?'],
    [['--port', '1', '--port', '2'], '--port is given twice'],
    [['extra'], 'Unknown argument: extra'],
    [['--port'], 'Not enough arguments following: port'],
  ])('refuses %j', (args, text) => {
    expect(readCommandLine(args)).toEqual({ kind: 'wrong', message: text });
  });

  it('describes itself with examples', () => {
    const help = readCommandLine(['--help']);
    expect(help).toMatchObject({ kind: 'help', text: expect.stringContaining('Examples:') });
    expect(help).toMatchObject({ text: expect.stringContaining('RANDOM_BEHAVIOR') });
  });
});
