import { describe, expect, test } from 'vitest';
import { emptyFifo } from '../support/fifo.ts';
import type { Behaviour } from './programs/small-thread.ts';
import { startSmallDaemon } from './support.ts';

describe('an intended stop', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s: it drains, ends every thread, and leaves with the intended code',
    async (signal) => {
      const daemon = startSmallDaemon();
      await daemon.logged('ready');
      const began = performance.now();
      daemon.signal(signal);
      expect(await daemon.exit).toBe(79);
      // Idle, it is gone in well under a second.
      expect(performance.now() - began).toBeLessThan(5000);
      expect(daemon.lines.slice(-2)).toEqual([
        `info stopping: ${signal}`,
        `info shutdown complete (${signal}), exiting with code 79`,
      ]);
    },
  );

  test('the second signal turns draining into interrupting', async () => {
    const daemon = startSmallDaemon({ coordinator: 'drains when interrupted' });
    await daemon.logged('ready');
    daemon.signal('SIGTERM');
    await daemon.logged('stopping');
    daemon.signal('SIGTERM');
    expect(await daemon.exit).toBe(79);
    expect(daemon.lines).toContain('info interrupting');
  });

  test('so does the end of the time for draining', async () => {
    const daemon = startSmallDaemon({ coordinator: 'drains when interrupted', drainMs: 100 });
    await daemon.logged('ready');
    daemon.signal('SIGTERM');
    expect(await daemon.exit).toBe(79);
    expect(daemon.lines).not.toContain('info interrupting');
  });

  test('P9: work that is never interrupted is left behind, and the stop stays an intended one', async () => {
    const daemon = startSmallDaemon({
      coordinator: 'never drains',
      drainMs: 100,
      interruptMs: 100,
    });
    await daemon.logged('ready');
    daemon.signal('SIGTERM');
    expect(await daemon.exit).toBe(79);
  });

  test('a stop during a start that never ends needs no draining, and no waiting', async () => {
    const daemon = startSmallDaemon({ coordinator: 'never starts' });
    await daemon.logged('journal held');
    const began = performance.now();
    daemon.signal('SIGTERM');
    expect(await daemon.exit).toBe(79);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test('SIGHUP stops nothing', async () => {
    const daemon = startSmallDaemon();
    await daemon.logged('ready');
    daemon.signal('SIGHUP');
    await daemon.logged('toggled');
    daemon.signal('SIGINT');
    expect(await daemon.exit).toBe(79);
  });
});

describe('a stop to be restarted', () => {
  test('drains like any other, and leaves with 75', async () => {
    const daemon = startSmallDaemon();
    await daemon.logged('ready');
    daemon.signal('SIGUSR2');
    expect(await daemon.exit).toBe(75);
    expect(daemon.lines.slice(-2)).toEqual([
      'info stopping: its time is over',
      'info shutdown complete (its time is over), exiting with code 75',
    ]);
  });

  test('becomes an intended one by a signal, which interrupts nothing yet', async () => {
    const daemon = startSmallDaemon({ coordinator: 'drains when interrupted' });
    await daemon.logged('ready');
    daemon.signal('SIGUSR2');
    await daemon.logged('stopping');
    daemon.signal('SIGTERM');
    await daemon.logged('the supervisor will not restart it');
    expect(daemon.lines).not.toContain('info interrupting');
    daemon.signal('SIGTERM');
    expect(await daemon.exit).toBe(79);
  });

  test('changes nothing of a stop that was asked for before it', async () => {
    const daemon = startSmallDaemon({ coordinator: 'drains when interrupted' });
    await daemon.logged('ready');
    daemon.signal('SIGTERM');
    await daemon.logged('stopping');
    daemon.signal('SIGUSR2');
    daemon.signal('SIGTERM');
    expect(await daemon.exit).toBe(79);
  });
});

describe('P9: a stop that does not end', () => {
  test.each([
    ['coordinator', 'spins when stopped'],
    ['executor-2', 'spins when stopped'],
    // In a system call, which no thread can be called back from.
    ['coordinator', 'blocks when stopped'],
    ['executor-2', 'blocks when stopped'],
  ] as const)(
    'hangs on: the process is left by a hard exit with 1 (%s %s)',
    async (name, behaviour) => {
      const daemon = startSmallDaemon({
        ...behaving(name, behaviour),
        hardExitMs: 2000,
        fifo: emptyFifo(),
      });
      await daemon.logged('ready');
      daemon.signal('SIGTERM');
      // Not 134: ZeroMQ aborts a process that is ended while a thread of it still reads a socket.
      expect(await daemon.exit).toBe(1);
      expect(daemon.lines.at(-1)).toMatch(/^error threads did not end within 2 s/);
    },
  );

  test.each(['coordinator', 'executor-2'] as const)(
    'waits for what never comes: it is named, let go, and the stop stays an intended one (%s)',
    async (name) => {
      const daemon = startSmallDaemon({
        ...behaving(name, 'hangs when stopped'),
        hardExitMs: 6000,
      });
      await daemon.logged('ready');
      daemon.signal('SIGTERM');
      expect(await daemon.exit).toBe(79);
      expect(daemon.lines).toContain(`debug still running: thread ${name}`);
      const socket = 'debug still open: socket coordinator of coordinator';
      expect(daemon.lines).toContain(socket);
    },
  );
});

/** One thread that obeys, among others that work. */
function behaving(name: 'coordinator' | 'executor-2', behaviour: Behaviour) {
  return name === 'coordinator'
    ? { coordinator: behaviour }
    : { executors: ['works', behaviour] as const };
}

describe('P8: a thread is lost', () => {
  const lost: readonly (readonly [Behaviour, string])[] = [
    ['crashes when ready', 'thread executor-1 crashed'],
    ['rejects when ready', 'thread executor-1 crashed'],
    ['ends when ready', 'thread executor-1 ended unexpectedly'],
    ['fails to start', 'the journal: in use'],
    ['fails to start and stumbles', 'the journal: in use'],
  ];

  test.each(lost)(
    'one that %s: the rest ends in order, and the process with 1',
    async (behaviour, word) => {
      const daemon = startSmallDaemon({ executors: [behaviour, 'works'] });
      const code = await daemon.exit;
      expect(daemon.lines.join('\n')).toContain(`error ${word}`);
      expect(daemon.lines.at(-1)).toMatch(/^info shutdown complete .*, exiting with code 1$/);
      expect(daemon.lines.filter((line) => /crashed|in use|unexpectedly/.test(line))).toHaveLength(
        2,
      );
      expect(code).toBe(1);
    },
  );

  test.each(['crashes when ready', 'ends when ready', 'fails to start'] as const)(
    'a coordinator that %s: exit 1, without waiting for its draining',
    async (behaviour) => {
      const began = performance.now();
      const daemon = startSmallDaemon({ coordinator: behaviour });
      expect(await daemon.exit).toBe(1);
      expect(performance.now() - began).toBeLessThan(15_000);
    },
  );

  test('one that is lost during an intended stop ends the waiting, and the stop stays intended', async () => {
    const daemon = startSmallDaemon({ coordinator: 'crashes when drained' });
    await daemon.logged('ready');
    const began = performance.now();
    daemon.signal('SIGTERM');
    expect(await daemon.exit).toBe(79);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(daemon.lines).toContain('error thread coordinator crashed');
  });
});

describe('P4.5: the coordinator learns whether the connections to nodes are closed', () => {
  test.each<[executor: Behaviour, isTold: boolean, code: number]>([
    ['works', true, 79],
    ['crashes when ready', true, 1],
    ['leaves a socket open', false, 1],
    ['spins when stopped', false, 1],
  ])('an executor that %s: %s', async (executor, isTold, code) => {
    const daemon = startSmallDaemon({
      coordinator: 'says that nodes are left',
      executors: ['works', executor],
      hardExitMs: 2000,
    });
    await daemon.logged('ready');
    // A thread that is lost ends the daemon by itself; a signal before its loss would make the stop intended.
    if (executor === 'works' || executor === 'spins when stopped') daemon.signal('SIGTERM');
    expect(await daemon.exit).toBe(code);
    expect(daemon.lines.includes('info nodes are left')).toBe(isTold);
  });
});
