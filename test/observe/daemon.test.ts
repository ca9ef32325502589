/**
 * The daemon itself with all integrations, against local receivers: its reports, and the services
 * that it does not wait for.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { connectTo, startCluster } from '../support/cluster.ts';
import { type Daemon, prepareDaemon, startDaemon } from '../support/daemon.ts';
import { readEnvelope } from './support/envelope.ts';
import { type Behaviour, type HttpReceiver, startReceiver } from './support/http-receiver.ts';
import { rsyslogMissing, startRsyslog } from './support/rsyslog.ts';
import { timed } from './support/timed.ts';
import { until } from './support/until.ts';

const CRASHING = join(import.meta.dirname, '../fixtures/crashing-thread.js');
/** Nobody listens there. */
const NODES = 'node01=http://127.0.0.1:9/v1';
const SECRETS = { key: 'cronitor-secret', token: '1:telegram-secret', dsn: 'sentrysecret' };
/** Time for the last reports, and for a busy machine. */
const STOP_MS_MAX = 3000 + 1500;

// Whole processes, beside all the other tests.
vi.setConfig({ testTimeout: 120_000 });

interface Services {
  readonly sentry: HttpReceiver;
  readonly cronitor: HttpReceiver;
  readonly telegram: HttpReceiver;
  readonly env: Readonly<Record<string, string>>;
}

async function startServices(behaviour: Behaviour = 'ok'): Promise<Services> {
  const [sentry, cronitor, telegram] = await Promise.all([
    startReceiver(behaviour),
    startReceiver(behaviour),
    startReceiver(behaviour),
  ]);
  return {
    sentry,
    cronitor,
    telegram,
    env: {
      DEVICE_NAME: 'host-1',
      SENTRY_DSN: `http://${SECRETS.dsn}@127.0.0.1:${sentry.port}/1`,
      CRONITOR_API_KEY: SECRETS.key,
      CRONITOR_MONITOR: 'lockstep-test',
      LOCKSTEP_CRONITOR_URL: cronitor.url,
      LOCKSTEP_CRONITOR_INTERVAL_MS: '200',
      TELEGRAM_BOT_TOKEN: SECRETS.token,
      TELEGRAM_CHAT_ID: '7',
      LOCKSTEP_TELEGRAM_URL: telegram.url,
      LOCKSTEP_NOTICE_INTERVAL_MS: '50',
    },
  };
}

/** With this, an executor crashes as soon as the file exists. */
function crashOn(file: string): Readonly<Record<string, string>> {
  return { CRASH: 'executor-1', CRASH_FILE: file, NODE_OPTIONS: `--import ${CRASHING}` };
}

async function running(env: Readonly<Record<string, string>>): Promise<Daemon> {
  const daemon = await startDaemon({ nodes: NODES, executors: 2, env });
  onTestFinished(() => daemon[Symbol.asyncDispose]());
  return daemon;
}

function states({ cronitor }: Services): readonly (string | null)[] {
  return cronitor.received.map(({ url }) => new URL(url, 'http://x').searchParams.get('state'));
}

function notices({ telegram }: Services): readonly string[] {
  return telegram.received.map(({ body }) => (JSON.parse(body) as { text: string }).text);
}

describe('the reports of the daemon', () => {
  test('a thread that crashes is reported to Sentry, Cronitor and people', async () => {
    const services = await startServices();
    const daemon = await running(services.env);
    const crashFile = join(daemon.dataDir, 'crash');
    await daemon.restart(crashOn(crashFile));
    writeFileSync(crashFile, '');
    expect(await daemon.ended()).toBe(1);

    const [event] = services.sentry.received
      .flatMap(({ body }) => readEnvelope(body).items)
      .map(({ payload }) => payload);
    expect(services.sentry.received).toHaveLength(1);
    expect(event).toMatchObject({ server_name: 'host-1', tags: { thread: 'executor-1' } });
    expect(event?.exception.values.at(-1)?.value).toBe('out of the blue');
    expect(event?.breadcrumbs.map(({ message }) => message)).toContain('ready');
    expect(states(services)).toContain('run');
    expect(states(services).at(-1)).toBe('fail');
    expect(notices(services)).toEqual([
      'lockstep on host-1: stopping: thread executor-1 crashed: Error: out of the blue',
    ]);

    await daemon.restart();
    await until(() => notices(services).length === 2);
    expect(notices(services)[1]).toBe(
      'lockstep on host-1: the daemon was restarted after it ended unexpectedly: thread executor-1 crashed: Error: out of the blue',
    );
    for (const secret of Object.values(SECRETS)) expect(daemon.output).not.toContain(secret);
  });

  test('an intended stop is complete, after ok with figures, and nothing to people', async () => {
    const services = await startServices();
    const daemon = await running(services.env);
    // Main, watchdog, door, coordinator and two executors.
    const vital = () => services.cronitor.received.find(({ url }) => url.includes('count:6'));
    await until(() => vital() !== undefined);
    expect(new URL(vital()?.url ?? '', 'http://x').searchParams.get('message')).toMatch(
      /^threads \d+, missing 0, commands 0, errors 0, stuck 0$/,
    );
    expect(await daemon.stop()).toBe(0);
    expect(states(services).at(-1)).toBe('complete');
    await daemon.restart();
    await daemon.stop();
    expect(services.telegram.received).toEqual([]);
    expect(services.sentry.received).toEqual([]);
  });

  test('a thread lost during an intended stop is reported to Sentry, and the stop stays complete', async () => {
    const services = await startServices();
    const { sim, daemon, client } = await startCluster({ executors: 2, env: services.env });
    const crashFile = join(daemon.dataDir, 'crash');
    await daemon.restart(crashOn(crashFile));
    await sim.setFaults('node02', { slow: 1, slowMs: [2000, 2000] });
    await client.create('1', { wait: 'accepted' });
    await vi.waitUntil(async () => (await sim.counters())['node02']?.faults.slow === 1, 5000);
    // The restart above has stopped a run by SIGTERM as well.
    const earlier = daemon.output.length;
    daemon.signal('SIGTERM');
    await until(() => daemon.output.includes('stopping: SIGTERM', earlier));
    writeFileSync(crashFile, '');
    expect(await daemon.ended()).toBe(0);
    expect(services.sentry.received).toHaveLength(1);
    expect(states(services).at(-1)).toBe('complete');
    expect(notices(services)).toEqual([]);
  });

  test('a life that was killed is reported by the next', async () => {
    const services = await startServices();
    const daemon = await running(services.env);
    await daemon.kill9();
    await daemon.restart();
    await until(() => notices(services).length === 1);
    expect(notices(services)[0]).toContain('killed, out of memory, or without power');
  });

  test('P5: a stuck rollback is reported to people, by its id, and again when it survives a restart', async () => {
    const services = await startServices();
    const cluster = await startCluster({
      env: { ...services.env, LOCKSTEP_STUCK_AFTER_MS: '200', LOCKSTEP_REQUEST_TIMEOUT_MS: '300' },
    });
    await cluster.sim.setFaults('node02', { noAnswer: 1, noAnswerEffect: false });
    await cluster.client.create('7', { id: 'stuck-1', wait: 'accepted', deadlineMs: 400 });
    await until(() => notices(services).length === 1, 20_000);
    expect(notices(services)[0]).toBe(
      'lockstep on host-1: the rollback of create stuck-1 is stuck: see lockstep status stuck-1',
    );
    for (let life = 0; life < 2; life++) {
      await cluster.daemon.kill9();
      await cluster.daemon.restart();
    }
    // Each run logs it; people get it once an hour, over any number of restarts.
    expect(cluster.daemon.output.match(/still stuck count=1/g)).toHaveLength(2);
    await until(() => notices(services).some((text) => text.includes('still stuck')));
    expect(
      notices(services)
        .join('\n')
        .match(/1 command is still stuck after/g),
    ).toHaveLength(1);
  });

  test('a breaker that an operator opens is reported to people and logged as a warning, and so is its closing', async () => {
    const services = await startServices();
    const { client, daemon } = await startCluster({ env: services.env });
    await client.breaker('node02', 'open');
    await until(() => notices(services).length === 1);
    await client.breaker('node02', 'close');
    await until(() => notices(services).length === 2);
    expect(notices(services)).toEqual([
      'lockstep on host-1: the breaker of node02 is open, commands fail or wait: an operator opened it',
      'lockstep on host-1: the breaker of node02 is closed, commands run again',
    ]);
    expect(daemon.output).toMatch(/coordinator warn a breaker opened .*node02/);
    expect(daemon.output).toMatch(/coordinator info a breaker closed .*node02/);
    expect(services.sentry.received).toEqual([]);
  });

  test('P1: an audit that found differences is reported to people, with their number', async () => {
    const services = await startServices();
    const { client, sim } = await startCluster({ env: services.env });
    for (const key of ['1', '2', '3']) await client.create(key);
    await client.audit();
    await sim.reset('node02');
    await client.audit();
    await until(() => notices(services).length === 1, 20_000);
    expect(notices(services)[0]).toBe(
      'lockstep on host-1: an audit found 3 keys with records that differ from the journal: see lockstep audit',
    );
  });

  test('a port that is taken is reported to people, and is no event', async () => {
    const services = await startServices();
    const first = await running({});
    const second = await prepareDaemon({
      nodes: NODES,
      env: { ...services.env, LOCKSTEP_ENDPOINT: first.endpoint },
    });
    onTestFinished(() => second[Symbol.asyncDispose]());
    await expect(second.restart()).rejects.toThrow('ended with 1');
    expect(notices(services)).toHaveLength(1);
    expect(services.sentry.received).toEqual([]);
  });

  test('a second daemon on a journal that is held takes nothing for the end of a life', async () => {
    const services = await startServices();
    const first = await running(services.env);
    const second = await prepareDaemon({
      nodes: NODES,
      env: { ...services.env, LOCKSTEP_DATA_DIR: first.dataDir },
    });
    onTestFinished(() => second[Symbol.asyncDispose]());
    await expect(second.restart()).rejects.toThrow('ended with 1');
    expect(second.output).toContain(`is held by the daemon with process id ${first.pid}`);
    expect(second.output).not.toContain('ended unexpectedly');
    await first.restart();
    expect(first.output).not.toContain('ended unexpectedly');
    expect(notices(services).filter((text) => text.includes('restarted'))).toEqual([]);
  });

  test('the first line names the integrations by variable, and no value', async () => {
    const services = await startServices();
    const daemon = await running(services.env);
    expect(daemon.output).toContain(
      'integrations on=SENTRY_DSN,CRONITOR_API_KEY,TELEGRAM_BOT_TOKEN\n',
    );
    const bare = await running({});
    expect(bare.output).toContain('integrations on=none\n');
  });

  test('every thread writes to rsyslog, and the console keeps the errors', async (ctx) => {
    const missing = rsyslogMissing();
    if (missing !== undefined) return ctx.skip(missing);
    await using server = await startRsyslog();
    const address = `tcp://127.0.0.1:${server.tcpPort}`;
    const daemon = await running({ LOCKSTEP_SYSLOG_ADDRESS: address, LOCKSTEP_LOG_LEVEL: 'debug' });
    const client = await connectTo(daemon);
    await client.create('7', { wait: 'accepted' });
    const threads = () => new Set(server.received().map(({ msgid }) => msgid));
    await until(() => threads().has('executor-1') || threads().has('executor-2'));
    expect(daemon.output).toBe('');
    await daemon.stop('SIGTERM');
    await until(() => server.received().some(({ msg }) => msg.includes('shutdown complete')));
  });
});

describe('P9: services in trouble', () => {
  test.each(['hang', { status: 500 }] as const)('%j: a crash is not held up', async (behaviour) => {
    const services = await startServices(behaviour);
    const daemon = await running(services.env);
    const crashFile = join(daemon.dataDir, 'crash');
    await daemon.restart(crashOn(crashFile));
    const took = await timed(async () => {
      writeFileSync(crashFile, '');
      expect(await daemon.ended()).toBe(1);
    });
    expect(took).toBeLessThan(STOP_MS_MAX);
  });
});

describe('bad settings end the start with 78 and name the variable', () => {
  test.each([
    ['SENTRY_DSN', 'sentry-nonsense'],
    ['SYSLOG_ADDRESS', 'http://host:514'],
    ['CRONITOR_API_KEY', 'without-a-monitor'],
    ['TELEGRAM_BOT_TOKEN', '1:without-a-chat'],
    ['LOCKSTEP_WEBHOOK_URL', 'not-a-url'],
    ['LOCKSTEP_WEBHOOK_FORMAT', 'pagerduty'],
  ])('%s=%s', async (name, value) => {
    const daemon = await prepareDaemon({ nodes: NODES, env: { [name]: value } });
    onTestFinished(() => daemon[Symbol.asyncDispose]());
    await expect(daemon.restart()).rejects.toThrow('ended with 78');
    expect(daemon.output).toContain(name);
    if (name !== 'SYSLOG_ADDRESS' && name !== 'LOCKSTEP_WEBHOOK_FORMAT') {
      expect(daemon.output).not.toContain(value);
    }
  });
});
