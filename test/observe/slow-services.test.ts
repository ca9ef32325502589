/**
 * P9: a service that hangs, resets or answers 500 slows neither commands nor a stop. A daemon with
 * such a service is compared with one without it, one command after the other, so that other work
 * of the machine affects both equally.
 */
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { LockstepClient } from '../../src/client/index.ts';
import { type Cluster, connectTo, shareCluster } from '../support/cluster.ts';
import { startDaemon } from '../support/daemon.ts';
import { type Behaviour, startReceiver } from './support/http-receiver.ts';
import { startPeer } from './support/tcp-peer.ts';
import { timed } from './support/timed.ts';

// Whole processes, beside all the other tests.
vi.setConfig({ testTimeout: 120_000 });

type Env = Readonly<Record<string, string>>;

const PAIRS = 60;
/** A wait for a service would take seconds. */
const RATIO_MAX = 3;
/** Of a clock that counts in milliseconds on a busy machine. */
const SLACK_MS = 3;
/** Bound of all of them together at a stop (docs/operate/monitor.md), and time for the machine. */
const LAST_WORDS_MS_MAX = 3000 + 1500;
/** So that lines go to syslog with every command. */
const VERBOSE = { LOCKSTEP_LOG_LEVEL: 'debug' };

const bare: Cluster = shareCluster({ executors: 1, env: VERBOSE });

/** Settings with which the daemon uses such a service, all the time or from its start. */
const SERVICES: Readonly<Record<string, (behaviour: Behaviour) => Promise<Env>>> = {
  Sentry: async (behaviour) => {
    const { port } = await startReceiver(behaviour);
    return { SENTRY_DSN: `http://key@127.0.0.1:${port}/1` };
  },
  Cronitor: async (behaviour) => ({
    CRONITOR_API_KEY: 'key',
    CRONITOR_MONITOR: 'monitor',
    LOCKSTEP_CRONITOR_URL: (await startReceiver(behaviour)).url,
    LOCKSTEP_CRONITOR_INTERVAL_MS: '100',
  }),
  Telegram: async (behaviour) => ({
    TELEGRAM_BOT_TOKEN: '1:token',
    TELEGRAM_CHAT_ID: '7',
    LOCKSTEP_TELEGRAM_URL: (await startReceiver(behaviour)).url,
    LOCKSTEP_NOTICE_INTERVAL_MS: '50',
  }),
  webhook: async (behaviour) => ({
    LOCKSTEP_WEBHOOK_URL: (await startReceiver(behaviour)).url,
    LOCKSTEP_NOTICE_INTERVAL_MS: '50',
  }),
  syslog: async (behaviour) => {
    const { port } = await startPeer({ reads: behaviour === 'hang' ? 'never' : 'reset' });
    return { SYSLOG_ADDRESS: `tcp://127.0.0.1:${port}` };
  },
  'syslog over TLS': async (behaviour) => {
    const { port } = await startPeer({ reads: behaviour === 'hang' ? 'never' : 'reset' });
    return { SYSLOG_ADDRESS: `tls://127.0.0.1:${port}` };
  },
};

const { 'syslog over TLS': _, ...TOGETHER } = SERVICES;

async function allAtOnce(behaviour: Behaviour): Promise<Env> {
  const envs = await Promise.all(Object.values(TOGETHER).map(async (of) => of(behaviour)));
  return Object.assign({}, ...envs) as Env;
}

/** A daemon with a report to send: its last run was killed. */
async function startTelling(env: Env) {
  const daemon = await startDaemon({
    nodes: bare.sim.nodes,
    executors: 1,
    // The address of syslog is the service's own.
    env: { ...VERBOSE, LOCKSTEP_SYSLOG_ADDRESS: env['SYSLOG_ADDRESS'] ?? 'none', ...env },
  });
  onTestFinished(() => daemon[Symbol.asyncDispose]());
  if (env['LOCKSTEP_NOTICE_INTERVAL_MS'] === undefined) return daemon;
  await daemon.kill9();
  await daemon.restart();
  return daemon;
}

let keys = 0;

async function create(client: LockstepClient): Promise<number> {
  const id = `${++keys}`;
  return timed(async () => expect(await client.create(id)).toMatchObject({ state: 'committed' }));
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

async function measure(env: Env) {
  const daemon = await startTelling(env);
  const client = await connectTo(daemon);
  const [with_, without]: [number[], number[]] = [[], []];
  for (let pair = 0; pair < PAIRS; pair++) {
    with_.push(await create(client));
    without.push(await create(bare.client));
  }
  const stopMs = await timed(async () => expect(await daemon.stop()).toBe(0));
  return { withMs: median(with_), withoutMs: median(without), stopMs };
}

describe('a service in trouble slows no command and no stop', () => {
  test.each([
    ...Object.entries(SERVICES).map(([name, of]) => [name, 'hang' as Behaviour, of] as const),
    ['all at once', 'reset', allAtOnce] as const,
    ['all at once', { status: 500 }, allAtOnce] as const,
  ])('%s: %j', async (name, behaviour, of) => {
    const { withMs, withoutMs, stopMs } = await measure(await of(behaviour));
    console.log(
      `${name} ${JSON.stringify(behaviour)}: median ${withMs.toFixed(1)} ms, without ${withoutMs.toFixed(1)} ms, stop ${Math.round(stopMs)} ms`,
    );
    expect(withMs).toBeLessThan(withoutMs * RATIO_MAX + SLACK_MS);
    expect(stopMs).toBeLessThan(LAST_WORDS_MS_MAX);
  });
});
