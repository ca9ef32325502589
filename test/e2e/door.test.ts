/** The thread for HTTP in the real daemon: it answers whatever main and the coordinator do. */
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { BUSY_LOOP, evaluateIn, INSPECTED } from '../support/inspector.ts';

/** No program listens there. */
const NODES = 'node01=http://127.0.0.1:9/v1';
const HEALTH_MS_MAX = 1000;
const PATIENCE = { timeout: 10_000, interval: 20 };

interface Health {
  readonly status: number;
  readonly reasons: readonly string[];
  readonly tookMs: number;
}

async function running(): Promise<Daemon> {
  const daemon = await startDaemon({ nodes: NODES, env: INSPECTED });
  onTestFinished(() => daemon[Symbol.asyncDispose]());
  return daemon;
}

async function healthOf({ opsUrl }: Daemon): Promise<Health> {
  const begun = performance.now();
  const answer = await fetch(`${opsUrl}/healthz`);
  const { reasons } = (await answer.json()) as Pick<Health, 'reasons'>;
  return { status: answer.status, reasons, tookMs: performance.now() - begun };
}

describe('P8: health is answered within a second', () => {
  test.each(['main', 'coordinator', 'watchdog', 'executor-1'])(
    'while %s hangs, and says so',
    async (name) => {
      const daemon = await running();
      await evaluateIn(daemon, name, BUSY_LOOP);
      const seen: Health[] = [];
      await vi.waitFor(async () => {
        seen.push(await healthOf(daemon));
        expect(seen.at(-1)?.reasons.join()).toMatch(
          new RegExp(`thread ${name} (is lost|has been blocked)`),
        );
      }, PATIENCE);
      // From the beginning of the hang on, not only at its end.
      expect(seen.length).toBeGreaterThan(50);
      expect(Math.max(...seen.map(({ tookMs }) => tookMs))).toBeLessThan(HEALTH_MS_MAX);
      expect(seen.at(-1)?.status).toBe(503);
    },
  );
});
