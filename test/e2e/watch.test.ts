/**
 * P8 in the real daemon: threads are hung, crashed and cut off through the inspector. The test
 * measures the time until the daemon has ended and reported the cause.
 */
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { LockstepClient } from '../../src/client/index.ts';
import { type Daemon, type DaemonOptions, startDaemon } from '../support/daemon.ts';
import { emptyFifo } from '../support/fifo.ts';
import { BUSY_LOOP, crash, evaluateIn, INSPECTED } from '../support/inspector.ts';

/** No program listens there. */
const NODES = 'node01=http://127.0.0.1:9/v1';
/** Seen within 5 s (P8), and ended a second later: the other threads end in order. */
const GONE_MS = 6000;
const HANG = 5000;

async function running(options: Partial<DaemonOptions> = {}): Promise<Daemon> {
  const daemon = await startDaemon({
    nodes: NODES,
    executors: 2,
    ...options,
    env: { ...INSPECTED, ...options.env },
  });
  onTestFinished(() => daemon[Symbol.asyncDispose]());
  return daemon;
}

/** Waits for the end of the daemon; returns its exit code and the time that it took. */
async function ending(daemon: Daemon, begun: number) {
  const code = await daemon.ended();
  const tookMs = Math.round(performance.now() - begun);
  console.log(`ended with ${code} after ${tookMs} ms`);
  return { code, tookMs };
}

describe('a thread that hangs', () => {
  test.each(['executor-2', 'coordinator', 'watchdog', 'door'])(
    'P8: %s is seen within 5 s, named with the place it hangs, and takes the daemon with it',
    async (name) => {
      const daemon = await running();
      await evaluateIn(daemon, name, BUSY_LOOP);
      const begun = performance.now();
      await vi.waitUntil(() => daemon.output.includes(`thread ${name} hangs`), HANG);
      const { code, tookMs } = await ending(daemon, begun);
      expect(code).toBe(1);
      expect(tookMs).toBeLessThan(GONE_MS);
      expect(daemon.output).toMatch(
        new RegExp(`expected \\[main, watchdog, door, coordinator, .*\\] missing \\[${name}\\]`),
      );
      expect(daemon.output).toContain('hangsHere');
      expect(daemon.output).toContain(
        `shutdown complete (thread ${name} hung), exiting with code 1`,
      );
    },
  );

  test.each([
    ['lost', 1],
    ['stopped meanwhile', 0],
  ] as const)(
    'P8: in a system call, out of which no thread can be called: %s, the daemon ends with %i',
    async (how, expected) => {
      const daemon = await running({ executors: 4 });
      const block = `process.getBuiltinModule('fs').readFileSync(${JSON.stringify(emptyFifo())})`;
      await evaluateIn(daemon, 'executor-1', `setTimeout(() => ${block}); 0`);
      const begun = performance.now();
      if (how === 'stopped meanwhile') daemon.signal('SIGTERM');
      const { code, tookMs } = await ending(daemon, begun);
      expect(code).toBe(expected);
      expect(tookMs).toBeLessThan(GONE_MS);
      expect(daemon.output).toContain('missing [executor-1]');
      expect(daemon.output).toContain(`exiting with code ${expected}`);
    },
  );

  test('P8: main is seen by the watchdog within 5 s, which kills the process', async () => {
    const daemon = await running();
    await evaluateIn(daemon, 'main', BUSY_LOOP);
    const begun = performance.now();
    const { code, tookMs } = await ending(daemon, begun);
    // A signal ended it.
    expect(code).toBeNull();
    expect(tookMs).toBeLessThan(GONE_MS);
    expect(daemon.output).toMatch(/thread main hangs for \d+ ms: watchdog kills the process/);
  });
});

describe('a thread that crashes', () => {
  test.each(['executor-2', 'coordinator', 'watchdog', 'door', 'main'])(
    'P8: %s ends the daemon with 1 at once',
    async (name) => {
      const daemon = await running();
      await evaluateIn(daemon, name, crash());
      const { code, tookMs } = await ending(daemon, performance.now());
      expect(code).toBe(1);
      expect(tookMs).toBeLessThan(GONE_MS / 2);
      expect(daemon.output).toContain(`thread ${name} crashed`);
      expect(daemon.output).toContain(`missing [${name}]`);
      expect(daemon.output).toContain(
        `shutdown complete (thread ${name} crashed: Error: out of the blue), exiting with code 1`,
      );
    },
  );
});

describe('a thread whose loop turns', () => {
  test('P8: that no longer reads its socket is seen within 5 s, and lost as well', async () => {
    const daemon = await running();
    // Its socket stays open and its timers run; only its read loop has stopped.
    await evaluateIn(daemon, 'executor-1', DEAF);
    const begun = performance.now();
    await vi.waitUntil(() => daemon.output.includes('executor-1 makes no progress'), HANG);
    const { code, tookMs } = await ending(daemon, begun);
    expect(code).toBe(1);
    expect(tookMs).toBeLessThan(GONE_MS);
    expect(daemon.output).toContain('missing [executor-1]');
  });
});

/** Removes the parser of an executor's orders: they arrive, and nothing follows. */
const DEAF = `JSON.parse = () => []; 0`;

describe('no false alarm', () => {
  test('a process that was stopped for longer than any timeout continues', async () => {
    const daemon = await running({ env: { LOCKSTEP_HANG_AFTER_MS: '3000' } });
    daemon.signal('SIGSTOP');
    // Only time can pass here: nothing happens in a stopped process.
    await new Promise((resolve) => setTimeout(resolve, 7000));
    daemon.signal('SIGCONT');
    const client = await LockstepClient.connect({ endpoint: daemon.endpoint });
    onTestFinished(() => client.close());
    expect(await client.ping()).toMatchObject({ accepting: true });
    expect(await daemon.stop()).toBe(0);
    expect(daemon.output).not.toContain('missing');
  });
});
