import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadSettings } from '../../src/config/load.ts';
import { formatProblems } from '../../src/config/problem.ts';
import { load, problemOf, problemsOf, settingsOf } from './load-in.ts';

const FILE = 'lockstep.config.json';

describe('the strongest source counts', () => {
  test('without any source every setting has its default', () => {
    const cwd = '/nowhere/at/all';
    const loaded = loadSettings({ env: {}, cwd });
    if (!loaded.ok) throw new Error(formatProblems(loaded.problems));
    expect(loaded.settings).toMatchObject({
      nodes: [
        { name: 'node01', url: 'http://127.0.0.1:7401/v1' },
        { name: 'node02', url: 'http://127.0.0.1:7402/v1' },
        { name: 'node03', url: 'http://127.0.0.1:7403/v1' },
      ],
      endpoint: 'tcp://127.0.0.1:5570',
      eventsEndpoint: 'tcp://127.0.0.1:5571',
      opsPort: 5580,
      opsHost: '127.0.0.1',
      dataDir: join(cwd, 'data'),
      journal: {
        kind: 'sqlite',
        path: join(cwd, 'data', 'journal.db'),
        folder: join(cwd, 'data'),
      },
      requestTimeoutMs: 5000,
      quiesceMs: 5000,
      drainMs: 10_000,
      interruptMs: 5000,
      killTimeoutMs: 40_000,
      defaultDeadlineMs: 30_000,
      openMax: 200_000,
      frameBytesMax: 1024 * 1024,
      interactiveShare: 0.9,
      backoffBaseMs: 10,
      backoffCapMs: 2000,
      retryAfterCapMs: 10_000,
      stuckAfterMs: 60_000,
      retentionDays: 7,
      logLevel: 'info',
      logFormat: 'text',
      stopExitCode: 0,
    });
    expect(loaded.settings.dialect.name).toBe('reliable-ops');
    expect(loaded.settings.executors).toBeGreaterThanOrEqual(1);
    expect(new Set(Object.values(loaded.sources))).toEqual(new Set(['default']));
  });

  test('flag > environment > file > default, and the source of each is reported', () => {
    const loaded = load({
      argv: ['--quiesce-ms', '9001'],
      env: { LOCKSTEP_QUIESCE_MS: '9002', LOCKSTEP_DRAIN_MS: '9002' },
      files: { [FILE]: { quiesceMs: 9003, drainMs: 9003, interruptMs: 9003 } },
    });
    expect(loaded).toMatchObject({
      ok: true,
      settings: { quiesceMs: 9001, drainMs: 9002, interruptMs: 9003, killTimeoutMs: 40_000 },
      sources: {
        quiesceMs: '--quiesce-ms',
        drainMs: 'LOCKSTEP_DRAIN_MS',
        interruptMs: `${FILE}: interruptMs`,
        killTimeoutMs: 'default',
      },
    });
  });

  test('a value is checked even where a stronger source hides it', () => {
    const problem = problemOf({
      argv: ['--quiesce-ms=9001'],
      env: { LOCKSTEP_QUIESCE_MS: 'long' },
    });
    expect(problem.source).toBe('LOCKSTEP_QUIESCE_MS');
  });

  test('settings survive JSON, so that worker threads get them as they are', () => {
    const settings = settingsOf({ env: { LOCKSTEP_DIALECT: 'challenge' } });
    expect(JSON.parse(JSON.stringify(settings))).toEqual(settings);
    expect(structuredClone(settings)).toEqual(settings);
  });
});

describe('a default that depends on another setting follows it', () => {
  test('the journal stands in the data directory, unless it is named', () => {
    const moved = settingsOf({ env: { LOCKSTEP_DATA_DIR: '/var/lib/lockstep' } });
    expect(moved.journal).toMatchObject({ kind: 'sqlite', path: '/var/lib/lockstep/journal.db' });
    const named = settingsOf({ env: { LOCKSTEP_JOURNAL: 'sqlite:/srv/j.db' } });
    expect(named.journal).toEqual({ kind: 'sqlite', path: '/srv/j.db', folder: '/srv' });
  });

  test('relative paths start at the working directory', () => {
    const loaded = loadSettings({ env: { LOCKSTEP_JOURNAL: 'sqlite:j.db' }, cwd: '/somewhere' });
    expect(loaded).toMatchObject({ settings: { journal: { path: '/somewhere/j.db' } } });
  });

  test('connecting never takes longer than a request, unless it was asked for', () => {
    expect(settingsOf({ env: {} }).connectTimeoutMs).toBe(2000);
    const brisk = settingsOf({ env: { LOCKSTEP_REQUEST_TIMEOUT_MS: '300' } });
    expect(brisk.connectTimeoutMs).toBe(300);
  });
});

describe('P10: everything that is wrong is reported at once', () => {
  test('problems of flags, variables, file and rules stand side by side, each with its source', () => {
    const problems = problemsOf({
      argv: ['--endpont', 'tcp://127.0.0.1:1', 'stray', '--open-max'],
      env: { LOCKSTEP_NODE: 'x', LOCKSTEP_OPS_PORT: '0', LOCKSTEP_BACKOFF_CAP_MS: '5' },
      files: { [FILE]: { logLevel: 'loud', executers: 2 } },
    });
    expect(problems.map(({ source }) => source)).toEqual([
      '--endpont',
      'stray',
      '--open-max',
      'LOCKSTEP_NODE',
      `${FILE}: executers`,
      `${FILE}: logLevel`,
      'LOCKSTEP_OPS_PORT',
      'LOCKSTEP_BACKOFF_CAP_MS',
    ]);
  });

  test('people read the source, what is wrong, what is allowed, and a hint', () => {
    const problems = problemsOf({ env: { LOCKSTEP_REQUEST_TIMEOUT_MS: '5s' } });
    expect(formatProblems(problems)).toBe(
      [
        'The configuration is wrong (one problem):',
        '  LOCKSTEP_REQUEST_TIMEOUT_MS "5s" is not a whole number in digits',
        '      allowed: a whole number from 1 to 28000 (ms)',
        '      hint: Write 5000.',
        '',
      ].join('\n'),
    );
  });

  test('a password is never repeated', () => {
    const text = formatProblems(
      problemsOf({
        env: {
          LOCKSTEP_NODES: 'a=http://me:hush@host/v1',
          LOCKSTEP_JOURNAL: 'postgres://me:hush@host',
          LOCKSTEP_OPS_PORT: 'http://me:hu/sh@host',
        },
      }),
    );
    expect(text).toContain('LOCKSTEP_NODES');
    expect(text).toContain('LOCKSTEP_JOURNAL');
    expect(text).not.toMatch(/hu\/?sh/);
  });
});
