/** Lines as they are written, and the console they are written to. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { newLineRing } from '../../src/observe/log/line-ring.ts';
import { openLog } from '../../src/observe/log/log.ts';
import { jsonLine, type LogEvent, textLine } from '../../src/observe/log/log-line.ts';
import { planLog } from '../../src/observe/log/log-plan.ts';
import { linesReader } from '../../src/observe/log/read-lines.ts';

const ORIGIN = { app: 'lockstepd', thread: 'main' };
const PROGRAM = new URL('./support/logging-program.ts', import.meta.url);

function event(message: string, fields: LogEvent['fields'] = {}): LogEvent {
  return { time: new Date(0), level: 'warn', message, fields };
}

/** Runs the program; reads nothing of its stdout before `reading` if that is given. */
function run(mode: string) {
  const child = spawn(process.execPath, [PROGRAM.pathname, mode], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  const read = async (which: 'stdout' | 'stderr') => {
    let text = '';
    for await (const chunk of child[which].setEncoding('utf8')) text += chunk;
    return text.split('\n').slice(0, -1);
  };
  return { child, ended, read };
}

describe('one line is time, app, thread, level, message and fields', () => {
  test('as text', () => {
    const line = textLine(event('it broke', { id: 'a-1', count: 3, why: 'a b' }), ORIGIN);
    expect(line).toBe(
      '1970-01-01T00:00:00.000Z lockstepd main warn it broke id=a-1 count=3 why="a b"',
    );
  });

  test('as JSON, where a field can not take the place of what every line has', () => {
    const line = jsonLine(event('it broke', { id: 'a-1', level: 'mine' }), ORIGIN);
    expect(JSON.parse(line)).toEqual({
      timestamp: '1970-01-01T00:00:00.000Z',
      app: 'lockstepd',
      thread: 'main',
      level: 'warn',
      message: 'it broke',
      id: 'a-1',
      _level: 'mine',
    });
  });

  test.each([textLine, jsonLine])('no message and no field breaks the line', (format) => {
    const nasty = 'a\nb\u2028c\u0000d\u0085\u001b[2J\u202e\u{e0041}';
    const line = format(event(nasty, { [nasty]: nasty, other: [nasty] }), ORIGIN);
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    if (format === jsonLine)
      expect(JSON.parse(line)).toMatchObject({ message: nasty, [nasty]: nasty });
  });

  test.each([textLine, jsonLine])('a value that cannot be printed does not throw', (format) => {
    const circle: Record<string, unknown> = {};
    circle['circle'] = circle;
    const fields = { circle, big: 10n, symbol: Symbol('s'), act: () => {}, none: undefined };
    expect(format(event('odd', fields), ORIGIN)).toContain('[unprintable]');
    expect(format(event('long', { text: 'x'.repeat(100_000) }), ORIGIN).length).toBeLessThan(9000);
  });

  test('an error is its stack and that of its cause', () => {
    const error = new Error('outer', { cause: new Error('inner') });
    const line = textLine(event('failed', { error }), ORIGIN);
    expect(line).toContain('Error: outer');
    expect(line).toContain('caused by: Error: inner');
  });
});

describe('where lines go', () => {
  const settings = {
    logLevel: 'info',
    logFormat: 'text',
    logConsole: 'auto',
    syslogAddress: { kind: 'none' },
  } as const;
  const syslog = { kind: 'udp', host: 'h', port: 514 } as const;

  test.each([
    {
      when: 'a terminal with syslog',
      isTerminal: true,
      given: { syslogAddress: syslog },
      gets: 'all',
    },
    { when: 'a terminal without', isTerminal: true, given: {}, gets: 'all' },
    { when: 'supervised without syslog', isTerminal: false, given: {}, gets: 'all' },
    {
      when: 'supervised with syslog',
      isTerminal: false,
      given: { syslogAddress: syslog },
      gets: 'errors',
    },
    {
      when: 'told to',
      isTerminal: false,
      given: { syslogAddress: syslog, logConsole: 'on' },
      gets: 'all',
    },
    { when: 'told not to', isTerminal: true, given: { logConsole: 'off' }, gets: 'none' },
  ] as const)('$when: the console gets $gets', ({ isTerminal, given, gets }) => {
    expect(planLog({ ...settings, ...given }, isTerminal).console).toBe(gets);
  });

  test('errors go to stderr, the rest to stdout, and neither shows a secret', async () => {
    const { read } = run('levels');
    const [out, err] = await Promise.all([read('stdout'), read('stderr')]);
    expect(out.map((line) => line.split(' ').slice(3).join(' '))).toEqual([
      'warn two ***',
      'info three',
      'debug five',
    ]);
    expect(err.map((line) => line.split(' ').slice(3).join(' '))).toEqual(['error one']);
  });
});

test('the last lines are kept for all threads: without secrets, at the level of the log, long ones without fields', () => {
  const ring = newLineRing();
  const log = openLog({
    app: 'lockstepd',
    thread: 'main',
    level: 'info',
    format: 'text',
    console: 'none',
    syslog: { kind: 'none' },
    secrets: ['hunter2'],
    ring,
  });
  log.info('the token is hunter2', { id: 'a', why: 'x hunter2 y' });
  log.debug('not at this level');
  const fields = Object.fromEntries(
    Array.from({ length: 9 }, (_, i) => [`f${i}`, 'x'.repeat(5000)]),
  );
  log.warn('long', fields);
  expect(linesReader(ring)({ limit: 10 }).lines).toMatchObject([
    { level: 'info', thread: 'main', message: 'the token is ***', fields: { why: 'x *** y' } },
    { level: 'warn', message: 'long', fields: {} },
  ]);
});

describe('P9: a console without a reader', () => {
  test('holds up nothing, and the lines it missed are counted in it later', async () => {
    const { read, child } = run('flood');
    // It says so when it has written all of them: before anybody has read one.
    await once(child.stderr, 'data');
    const lines = await read('stdout');
    const numbers = lines.flatMap((line) => /flood (\d+)$/.exec(line)?.[1] ?? []).map(Number);
    const missed = lines.flatMap((line) => /lost here count=(\d+)/.exec(line)?.[1] ?? []);
    expect(missed).toHaveLength(1);
    expect(numbers.length + Number(missed[0])).toBe(20_000);
    // The oldest are kept, whole and in order.
    expect(numbers.slice(0, -1)).toEqual(numbers.slice(0, -1).map((_, index) => index));
  });
});

describe('P8: a hung main', () => {
  test('silences no other thread', async () => {
    const { read } = run('hang');
    const lines = await read('stdout');
    const order = lines.map((line) => line.split(' ').slice(2).join(' '));
    expect(order).toEqual(['worker info while main hangs', 'main info main is back']);
  });
});
