/** Heartbeats against a local receiver in place of Cronitor. */
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest';
import { type Heartbeat, startHeartbeat, type Vitals } from '../../src/observe/cronitor.ts';
import { type HttpReceiver, startReceiver } from './support/http-receiver.ts';
import { notedLog } from './support/noted-log.ts';
import { SLACK_MS, timed } from './support/timed.ts';
import { until } from './support/until.ts';

const KEY = 'very-secret-key';
const WELL: Vitals = { threads: 4, missing: [], commands: 120, errors: 3, stuck: 1 };
let printed: MockInstance[];

beforeEach(() => {
  printed = (['log', 'warn', 'error'] as const).map((name) =>
    vi.spyOn(console, name).mockImplementation(() => {}),
  );
});
afterEach(() => {
  vi.restoreAllMocks();
});

async function beatTo(receiver: HttpReceiver, more: { vitals?: () => Vitals; ms?: number } = {}) {
  const { log, lines } = notedLog();
  const heartbeat = await startHeartbeat({
    apiKey: KEY,
    monitor: 'lockstep-test',
    url: receiver.url,
    intervalMs: more.ms ?? 20,
    deviceName: 'host-1',
    vitals: more.vitals ?? (() => WELL),
    log,
  });
  return { heartbeat, lines };
}

function pings(receiver: HttpReceiver) {
  return receiver.received.map(({ url }) => new URL(url, 'http://x'));
}

function states(receiver: HttpReceiver): readonly (string | null)[] {
  return pings(receiver).map(({ searchParams }) => searchParams.get('state'));
}

describe('heartbeats', () => {
  test('run at the start, ok with figures and host, complete at an intended stop', async () => {
    const receiver = await startReceiver();
    const { heartbeat } = await beatTo(receiver);
    await until(() => receiver.received.length >= 3);
    await heartbeat.end({}, 1000);
    const [run, ok] = pings(receiver);
    expect(run?.pathname).toBe(`/ping/${KEY}/lockstep-test`);
    expect(states(receiver).at(0)).toBe('run');
    expect(states(receiver).at(1)).toBe('ok');
    expect(ok?.searchParams.getAll('metric')).toEqual(['count:4', 'error_count:0']);
    expect(ok?.searchParams.get('message')).toBe(
      'threads 4, missing 0, commands 120, errors 3, stuck 1',
    );
    expect(ok?.searchParams.get('host')).toBe('host-1');
    expect(states(receiver).at(-1)).toBe('complete');
    const count = receiver.received.length;
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(receiver.received).toHaveLength(count);
  });

  test('fail with their names while threads are missing', async () => {
    const receiver = await startReceiver();
    const vitals = () => ({ ...WELL, threads: 3, missing: ['executor-2'] });
    const { heartbeat } = await beatTo(receiver, { vitals });
    await until(() => receiver.received.length >= 2);
    expect(states(receiver)[1]).toBe('fail');
    expect(pings(receiver)[1]?.searchParams.getAll('metric')).toEqual(['count:3', 'error_count:1']);
    expect(pings(receiver)[1]?.searchParams.get('message')).toContain('(executor-2)');
    await heartbeat.end({}, 1000);
  });

  test('fail with the reason when the daemon dies', async () => {
    const receiver = await startReceiver();
    const { heartbeat } = await beatTo(receiver, { ms: 60_000 });
    await heartbeat.end({ failure: 'thread executor-1 crashed: boom & more' }, 1000);
    expect(states(receiver).at(-1)).toBe('fail');
    expect(pings(receiver).at(-1)?.searchParams.get('message')).toBe(
      'thread executor-1 crashed: boom & more',
    );
  });
});

describe('P9: a Cronitor in trouble delays nothing', () => {
  test.each(['hang', 'hang-in-body', 'reset', { status: 500 }, { status: 401 }] as const)(
    '%j: the last ping is over within its bound',
    async (behaviour) => {
      const receiver = await startReceiver(behaviour);
      let begun: { heartbeat: Heartbeat } | undefined;
      expect(
        await timed(async () => {
          begun = await beatTo(receiver);
        }),
      ).toBeLessThan(SLACK_MS);
      expect(await timed(() => begun?.heartbeat.end({}, 300))).toBeLessThan(300 + SLACK_MS);
    },
  );

  test('one ping is under way at a time, however long it takes', async () => {
    const receiver = await startReceiver('hang');
    const { heartbeat } = await beatTo(receiver, { ms: 5 });
    await until(() => receiver.received.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(receiver.received).toHaveLength(1);
    await heartbeat.end({}, 10);
  });
});

describe('no secret in any line', () => {
  test.each([
    'reset',
    { status: 500 },
    { status: 302, headers: { location: 'http://x/' } },
  ] as const)(
    '%j is logged once, by its code, and the package prints nothing',
    async (behaviour) => {
      const receiver = await startReceiver(behaviour);
      const { heartbeat, lines } = await beatTo(receiver);
      await until(() => receiver.received.length >= 3);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatchObject({
        level: 'warn',
        message: 'Cronitor did not accept a heartbeat',
      });
      receiver.behave('ok');
      await until(() => lines.length === 2);
      expect(lines[1]?.message).toBe('Cronitor accepts heartbeats again');
      await heartbeat.end({}, 1000);
      expect(JSON.stringify(lines)).not.toContain(KEY);
      for (const spy of printed) expect(spy).not.toHaveBeenCalled();
    },
  );
});
