import { describe, expect, test } from 'vitest';
import { acceptance, type DaemonStatus } from '../../src/door/daemon-status.ts';
import { health, readiness } from '../../src/door/health.ts';
import type { ThreadStatus } from '../../src/lifecycle/lookout.ts';
import type { RefusalReason } from '../../src/protocol/accepting.ts';
import { FIGURES, HEALTHY } from './standing.ts';

const STARTING: DaemonStatus = { ...HEALTHY, phase: 'starting', figures: undefined };

function withThread(change: Partial<ThreadStatus>): DaemonStatus {
  const threads = HEALTHY.threads.map((thread) =>
    thread.name === 'executor-1' ? { ...thread, ...change } : thread,
  );
  return { ...HEALTHY, threads };
}

function refusing(reason: RefusalReason, message: string): DaemonStatus {
  const summary = { ...FIGURES.summary, accepting: false, refusal: { reason, message } };
  return { ...HEALTHY, figures: { latest: { ...FIGURES, summary }, ageMs: 0 } };
}

describe('/healthz', () => {
  test.each([
    ['all is well', HEALTHY],
    ['it starts', STARTING],
    ['it drains', { ...HEALTHY, phase: 'stopping' } as const],
    ['the disk is full', { ...HEALTHY, disk: { ...HEALTHY.disk, isFull: true } }],
    ['a thread waits for the disk', withThread({ activity: 'journal', silentMs: 9000 })],
    ['a thread loads its code', withThread({ activity: 'starting', silentMs: 9000 })],
  ])('is well while the loops turn: %s', (_, standing) => {
    expect(health(standing)).toEqual({ ok: true, reasons: [] });
  });

  test.each([
    ['is lost', { alive: false }, 'thread executor-1 is lost'],
    [
      'is silent',
      { silentMs: 3500 },
      'the event loop of thread executor-1 has been blocked for 3500 ms',
    ],
  ])('P8: is not when a thread %s, and names it', (_, change, reason) => {
    expect(health(withThread(change))).toEqual({ ok: false, reasons: [reason] });
  });
});

describe('/readyz', () => {
  test('is ready while a node is down: another daemon would need it as well', () => {
    const standing = refusing('breaker', 'the breaker of node02 is open');
    expect(acceptance(standing)).toMatchObject({ accepting: false });
    expect(readiness(standing)).toEqual({ ok: true, reasons: [] });
  });

  test('is ready when everything is', () => {
    expect(readiness(HEALTHY)).toEqual({ ok: true, reasons: [] });
  });

  test.each<[string, DaemonStatus]>([
    ['the daemon is starting', STARTING],
    ['the daemon is stopping', { ...HEALTHY, phase: 'stopping' }],
    ['the coordinator has sent no figures yet', { ...HEALTHY, figures: undefined }],
    [
      'the latest figures of the coordinator are 6000 ms old',
      { ...HEALTHY, figures: { latest: FIGURES, ageMs: 6000 } },
    ],
    [
      'no executor answers',
      {
        ...HEALTHY,
        figures: {
          latest: { ...FIGURES, summary: { ...FIGURES.summary, threads: ['main', 'coordinator'] } },
          ageMs: 0,
        },
      },
    ],
    ['200000 commands are open', refusing('full', '200000 commands are open')],
    ["the journal's disk is nearly full", { ...HEALTHY, disk: { ...HEALTHY.disk, isFull: true } }],
    ['thread executor-1 is lost', withThread({ alive: false })],
  ])('is not, because %s', (reason, standing) => {
    expect(readiness(standing)).toEqual({ ok: false, reasons: [reason] });
  });
});
