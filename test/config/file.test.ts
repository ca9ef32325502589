import { describe, expect, test } from 'vitest';
import { problemOf, problemsOf, settingsOf } from './load-in.ts';

describe('the configuration file', () => {
  test.each([
    ['lockstep.config.json', '{"quiesceMs": 7000}'],
    ['lockstep.config.json', '\uFEFF{"quiesceMs": 7000}'],
    ['lockstep.config.yaml', 'quiesceMs: 7000\n'],
    ['lockstep.config.yml', '# soon\nquiesceMs: 7000 # ms\n'],
    ['lockstep.config.yaml', '{"quiesceMs": 7000}'],
  ])('%s is found in the working directory', (name, text) => {
    expect(settingsOf({ files: { [name]: text } }).quiesceMs).toBe(7000);
  });

  test.each(['', '# nothing yet\n', '{}'])('a YAML file of %j sets nothing', (text) => {
    expect(settingsOf({ files: { 'lockstep.config.yaml': text } }).quiesceMs).toBe(5000);
  });

  test('two of them at once are an error that names both', () => {
    const files = { 'lockstep.config.json': '{}', 'lockstep.config.yml': '{}' };
    expect(problemOf({ files }).source).toBe('lockstep.config.json, lockstep.config.yml');
  });

  test('--config and LOCKSTEP_CONFIG name another one, which then is the only one', () => {
    const files = {
      'lockstep.config.json': '{"quiesceMs": 7000}',
      'lockstep.config.yaml': 'quiesceMs: 7500',
      'other.json': '{"drainMs": 8000}',
      'third.yml': 'drainMs: 9000',
    };
    const env = { LOCKSTEP_CONFIG: 'other.json' };
    expect(settingsOf({ env, files })).toMatchObject({ quiesceMs: 5000, drainMs: 8000 });
    const argv = ['--config', 'third.yml'];
    expect(settingsOf({ argv, env, files })).toMatchObject({ quiesceMs: 5000, drainMs: 9000 });
  });

  test.each([
    ['missing.json', /^can't be read: ENOENT/],
    ['', /^names no file$/],
    ['settings.toml', /^names "settings.toml", which is neither JSON nor YAML/],
  ])('--config=%s is an error', (name, message) => {
    const problem = problemOf({ argv: [`--config=${name}`] });
    expect(problem.source).toBe('--config');
    expect(problem.message).toMatch(message);
  });

  test.each([
    ['lockstep.config.json', '{"quiesceMs": 7000,}', /^is not JSON: /],
    ['lockstep.config.json', '', /^is not JSON: /],
    ['lockstep.config.json', '[]', /^does not hold one object of settings$/],
    ['lockstep.config.json', 'null', /^does not hold one object of settings$/],
    ['lockstep.config.yaml', '- a\n', /^does not hold one object of settings$/],
    ['lockstep.config.yaml', 'a: [', /^is wrong: .*line 1/],
    ['lockstep.config.yaml', 'nodes: *nowhere\n', /^is wrong: .*nowhere/],
    ['lockstep.config.yaml', 'quiesceMs: 1\n---\nquiesceMs: 2\n', /^is wrong: .*documents/],
    [
      'lockstep.config.json',
      '{"quiesceMs": 7000,\n "quiesceMs": 8000}',
      /^gives "quiesceMs" a second time at line 2, column 2$/,
    ],
    [
      'lockstep.config.yaml',
      'quiesceMs: 7000\nquiesceMs: 8000',
      /^gives quiesceMs a second time at line 2, column 1$/,
    ],
  ])('%s with %j is an error', (name, text, message) => {
    const problem = problemOf({ files: { [name]: text } });
    expect(problem.source).toBe(name);
    expect(problem.message).toMatch(message);
  });

  test('a file beyond 1 MiB is not read', () => {
    const files = { 'lockstep.config.yaml': `# ${'x'.repeat(1024 * 1024)}` };
    expect(problemOf({ files }).message).toMatch(/^is larger than 1048576 bytes$/);
  });

  test('a file that cannot be read causes no errors about settings that it might change', () => {
    const files = { 'lockstep.config.yaml': 'dialects: {' };
    const env = { LOCKSTEP_DIALECT: 'warehouse', LOCKSTEP_DRAIN_MS: '5000' };
    const sources = problemsOf({ env, files }).map(({ source }) => source);
    expect(new Set(sources)).toEqual(new Set(['lockstep.config.yaml']));
  });

  test('a key in the spelling of another place is recognised in the hint', () => {
    const files = {
      'lockstep.config.yaml': 'LOCKSTEP_QUIESCE_MS: 1\nquiesce_ms: 1\n--quiesce-ms: 1',
    };
    expect(problemsOf({ files }).map(({ hint }) => hint)).toEqual(
      Array.from({ length: 3 }, () => 'Did you mean quiesceMs?'),
    );
  });
});

describe('flags', () => {
  test('a value follows its flag, or an equals sign', () => {
    expect(settingsOf({ argv: ['--quiesce-ms', '7000', '--drain-ms=8000'] })).toMatchObject({
      quiesceMs: 7000,
      drainMs: 8000,
    });
  });

  test.each([
    [['--quiesce-ms'], '--quiesce-ms', 'has no value'],
    [['--quiesce-ms', '--drain-ms=8000'], '--quiesce-ms', 'has no value'],
    [['--quiesce-ms='], '--quiesce-ms', 'is set, but empty'],
    [['--quiesce-ms=6000', '--quiesce-ms=7000'], '--quiesce-ms', 'is given twice'],
    [['stray'], 'stray', 'is not a flag'],
    [['-q', '--drain-ms=8000'], '-q', 'is not a flag'],
    [['--dialects', '{}'], '--dialects', 'is not a flag of lockstepd'],
    [['--quiesce-ms=-5'], '--quiesce-ms', '-5 is less than 1'],
  ])('%j: %s %s', (argv, source, message) => {
    expect(problemOf({ argv })).toMatchObject({ source, message });
  });
});

describe('variables', () => {
  test('dialects can only stand in the file, and the variable says so', () => {
    expect(problemOf({ env: { LOCKSTEP_DIALECTS: '{}' } }).message).toBe(
      'can only be set in the configuration file',
    );
  });

  test('variables of other programs are none of its business', () => {
    const env = {
      NODESIM_SEED: 'x',
      LOCKSTEPD: 'y',
      lockstepd: '{}',
      PATH: '/bin',
      LOCKSMITH: '1',
    };
    expect(problemsOf({ env })).toEqual([]);
  });
});
