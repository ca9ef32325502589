import { describe, expect, test } from 'vitest';
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
    await daemon.logged('listening');
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

describe('P9: what does not end is left behind by a hard exit', () => {
  test.each(['hangs when stopped', 'spins when stopped'] as const)(
    'a thread that %s, with an open socket: exit 1, or the intended code once it is torn off',
    async (behaviour) => {
      const daemon = startSmallDaemon({ executors: ['works', behaviour], hardExitMs: 1500 });
      await daemon.logged('ready');
      daemon.signal('SIGTERM');
      const code = await daemon.exit;
      // Which hangs can be told to let go of its sockets; which spins hears nothing.
      expect(code).toBe(behaviour === 'spins when stopped' ? 1 : 79);
    },
  );
});

describe('P8: a thread is lost', () => {
  const lost: readonly (readonly [Behaviour, string])[] = [
    ['crashes when ready', 'thread executor-1 crashed'],
    ['rejects when ready', 'thread executor-1 crashed'],
    ['ends when ready', 'thread executor-1 ended unasked'],
    ['exits when ready', 'thread executor-1 ended unasked'],
    ['fails to start', 'the journal: in use'],
  ];

  test.each(lost)(
    'one that %s: the rest ends in order, and the process with 1',
    async (behaviour, word) => {
      const daemon = startSmallDaemon({ executors: [behaviour, 'works'] });
      const code = await daemon.exit;
      expect(daemon.lines.join('\n')).toContain(`error ${word}`);
      expect(daemon.lines.at(-1)).toMatch(/^info shutdown complete .*, exiting with code 1$/);
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
