/** `lockstep doctor` beside a real daemon, real simulated nodes, and servers that misbehave. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { startReceiver } from '../observe/support/http-receiver.ts';
import { shareCluster } from '../support/cluster.ts';
import { freePorts } from '../support/free-ports.ts';
import { runCli } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

const [opsPort = 0] = await freePorts(1);
const cluster = shareCluster({ env: { LOCKSTEP_OPS_PORT: String(opsPort) } });

type Env = Readonly<Record<string, string>>;

/** What the daemon of the tests was started with. */
function settings(): Env {
  return {
    LOCKSTEP_NODES: cluster.sim.nodes,
    LOCKSTEP_DATA_DIR: cluster.daemon.dataDir,
    LOCKSTEP_ENDPOINT: cluster.daemon.endpoint,
    LOCKSTEP_EVENTS_ENDPOINT: cluster.daemon.eventsEndpoint,
    LOCKSTEP_OPS_PORT: String(opsPort),
  };
}

/** By default with more patience than a machine under load asks for. */
async function doctor(
  more: Env = {},
  { timeout = '20s', flags = [] }: { timeout?: string; flags?: readonly string[] } = {},
) {
  const env = { ...settings(), ...more };
  const line = ['doctor', '--json', '--timeout', timeout, ...flags];
  const { code, stdout, stderr } = await runCli(line, { env });
  expect(stderr).toBe('');
  const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: readonly Finding[] };
  return { code, ok, stdout, wrong: findings.filter(({ level }) => level !== 'ok'), findings };
}

/** A server in place of a node; the address is as LOCKSTEP_NODES wants it. */
async function nodeThat(answers: RequestListener): Promise<string> {
  const server = createServer(answers);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `node01=http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

/** A node's 404 to this read, with the proof of `reliable-ops`. */
function notFound(url: string): string {
  const key = decodeURIComponent(url.slice(url.lastIndexOf('/') + 1));
  return JSON.stringify({ message: `No group record found with id '${key}'`, status: 404 });
}

describe('where all is well', () => {
  test('it says so of everything, and ends with 0', async () => {
    const { code, ok, wrong, findings } = await doctor();
    expect(wrong).toEqual([]);
    expect({ code, ok }).toEqual({ code: 0, ok: true });
    const checks = new Set(findings.map(({ check }) => check));
    expect([...checks].join(', ')).toBe(
      // Simulated nodes tell no date, so nothing is known of their clocks.
      'configuration, deadlines, open files, clients, journal, disk, node node01, node node02, node node03, ' +
        'daemon, operators, sentry, cronitor, telegram, webhook, healthchecks, statsd',
    );
    const journal = findings.find(({ check }) => check === 'journal')?.message;
    expect(journal).toContain(`held by process ${cluster.daemon.pid}`);
  });

  test('it tries the start gate where there is one', async () => {
    const [port = 0] = await freePorts(1);
    const open = cluster.daemon.endpoint;
    expect(await doctor({ LOCKSTEP_START_GATE: open })).toMatchObject({ ok: true });
    const shut = `tcp://127.0.0.1:${port}`;
    const unwell = `${await nodeThat((_, response) => response.writeHead(503).end())}`;
    for (const [gate, why] of [
      [shut, 'ECONNREFUSED'],
      [unwell.replace('node01=', ''), 'it answers 503'],
    ] as const) {
      const { wrong } = await doctor({ LOCKSTEP_START_GATE: gate });
      expect(wrong).toMatchObject([{ check: 'start gate', message: `${gate}: ${why}` }]);
    }
  });

  test('it changes nothing: the nodes have nothing to count', async () => {
    const before = await cluster.client.stats();
    await doctor();
    expect(await cluster.client.stats()).toEqual(before);
  });

  test('in words it gives one line a finding, and a verdict', async () => {
    const { code, stdout } = await runCli(['doctor', '--timeout', '20s'], { env: settings() });
    expect(stdout).toMatch(/^ok {4}node node01 {4,}PONG in [\d.]+ m?s$/m);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('All checks passed.');
    expect(code).toBe(0);
  });
});

describe('P10: each trouble is named, with what to do about it', () => {
  test('a wrong setting, by its name', async () => {
    const { code, wrong } = await doctor({ LOCKSTEP_DRAIN_MS: '4000' });
    expect(wrong).toMatchObject([{ check: 'configuration', level: 'fail' }]);
    expect(wrong[0]?.message).toContain(
      'LOCKSTEP_DRAIN_MS breaks a rule: requestTimeoutMs < drainMs',
    );
    expect(wrong[0]?.hint).toContain('a running request must be able to end');
    expect(code).toBe(1);
  });

  test('a node that is not there', async () => {
    const [port] = await freePorts(1);
    const { code, wrong } = await doctor({
      LOCKSTEP_NODES: `${cluster.sim.nodes},node04=http://127.0.0.1:${port}/v1`,
    });
    expect(new Set(wrong.map(({ check }) => check))).toEqual(new Set(['node node04']));
    expect(wrong[0]).toMatchObject({ level: 'fail' });
    expect(wrong[0]?.message).toBe(
      `http://127.0.0.1:${port}/ping: connection refused: nothing listens there`,
    );
    expect(code).toBe(1);
  });

  test('P9: a node that never answers, within the time limit', async () => {
    const nodes = await nodeThat(() => undefined);
    const begun = performance.now();
    const { wrong } = await doctor({ LOCKSTEP_NODES: nodes }, { timeout: '700ms' });
    expect(wrong.map(({ message }) => message)).toEqual([
      expect.stringMatching(/\/ping: no answer in 700 ms$/),
      'a read: no answer in 700 ms',
    ]);
    // The start of the command line included, which takes its time under load.
    expect(performance.now() - begun).toBeLessThan(20_000);
  });

  test('P9: a node whose answer never ends', async () => {
    const nodes = await nodeThat((_, response) => void response.writeHead(200).write('PO'));
    const { wrong } = await doctor({ LOCKSTEP_NODES: nodes }, { timeout: '700ms' });
    expect(wrong.map(({ message }) => message)).toContain('a read: no answer in 700 ms');
  });

  test('a server that says yes to everything is no node', async () => {
    const nodes = await nodeThat((_, response) => void response.end('<html>'));
    const { wrong } = await doctor({ LOCKSTEP_NODES: nodes });
    expect(wrong).toMatchObject([
      { level: 'warn', message: expect.stringContaining('answered 200 without PONG') },
      { level: 'fail', message: 'a read of a missing key was answered as if it existed (200)' },
    ]);
  });

  test('a node with trouble of its own', async () => {
    await cluster.sim.setFaults('node02', { forceStatus: 503, on: ['read'] });
    onTestFinished(async () => cluster.sim.clearFaults('node02'));
    const { wrong } = await doctor();
    expect(wrong).toMatchObject([
      { check: 'node node02', level: 'fail', message: expect.stringContaining('answered 503') },
    ]);
  });

  test('a clock that is an hour behind; one that is not is well', async () => {
    let behindMs = 3_600_000;
    const nodes = await nodeThat(({ url }, response) => {
      response.setHeader('date', new Date(Date.now() - behindMs).toUTCString());
      if (url === '/ping') response.end('PONG');
      else response.writeHead(404).end(url?.startsWith('/v1/') ? notFound(url) : '');
    });
    const { wrong } = await doctor({ LOCKSTEP_NODES: nodes });
    behindMs = 0;
    expect((await doctor({ LOCKSTEP_NODES: nodes })).wrong).toEqual([]);
    expect(wrong).toMatchObject([{ check: 'clock of node01', level: 'warn' }]);
    expect(wrong[0]?.message).toMatch(/^(59 min 5\d s|1 h 0 min|1 h) behind this machine's$/);
  });

  test('a disk with too little room', async () => {
    const { wrong } = await doctor({ LOCKSTEP_DISK_FREE_MIN_BYTES: '9007199254740991' });
    expect(wrong).toMatchObject([{ check: 'disk', level: 'fail' }]);
    expect(wrong[0]?.message).toMatch(/must stay free: new commands are refused$/);
  });

  test('a journal whose folder is a file', async () => {
    const { wrong } = await doctor({ LOCKSTEP_JOURNAL: 'sqlite:/dev/null/journal.db' });
    expect(wrong).toMatchObject([{ check: 'journal', level: 'fail' }]);
  });

  test('no daemon', async () => {
    const [commands, events, ops] = await freePorts(3);
    const dataDir = tempFolder();
    const { code, wrong, findings } = await doctor(
      {
        LOCKSTEP_DATA_DIR: dataDir,
        LOCKSTEP_ENDPOINT: `tcp://127.0.0.1:${commands}`,
        LOCKSTEP_EVENTS_ENDPOINT: `tcp://127.0.0.1:${events}`,
        LOCKSTEP_OPS_PORT: String(ops),
      },
      { timeout: '500ms' },
    );
    expect(wrong.map(({ check, level }) => `${check} ${level}`)).toEqual([
      'daemon fail',
      'operators fail',
      'operators fail',
    ]);
    expect(wrong[0]?.hint).toContain('Start the daemon');
    const journal = findings.find(({ check }) => check === 'journal');
    expect(journal?.message).toContain('there is no journal yet');
    expect(code).toBe(1);
  });
});

describe('the ways to people', () => {
  const secrets = { token: '123456:SECRET', webhook: '/services/SECRET' };

  function ways(url: string): Env {
    return {
      TELEGRAM_BOT_TOKEN: secrets.token,
      TELEGRAM_CHAT_ID: '-42',
      LOCKSTEP_TELEGRAM_URL: url,
      LOCKSTEP_WEBHOOK_URL: `${url}${secrets.webhook}`,
      LOCKSTEP_WEBHOOK_FORMAT: 'slack',
      HC_PING_URL: `${url}/uuid?create=1`,
      CRONITOR_API_KEY: 'SECRET',
      CRONITOR_MONITOR: 'lockstep',
      LOCKSTEP_CRONITOR_URL: url,
      SENTRY_DSN: url.replace('http://', 'http://SECRET@').concat('/1'),
      DEVICE_NAME: 'device-7',
    };
  }

  test('nothing is sent unless it is asked for', async () => {
    const receiver = await startReceiver();
    const { wrong, findings } = await doctor(ways(receiver.url));
    expect(receiver.received).toEqual([]);
    expect(wrong).toEqual([]);
    const on = findings.filter(({ message }) => message.startsWith('on; --send-test'));
    expect(on.map(({ check }) => check)).toEqual([
      'sentry',
      'cronitor',
      'telegram',
      'webhook',
      'healthchecks',
    ]);
  });

  test('--send-test sends a message that says it is a test; Sentry and Cronitor get none', async () => {
    const receiver = await startReceiver();
    const { code, wrong } = await doctor(ways(receiver.url), { flags: ['--send-test'] });
    expect(wrong).toEqual([]);
    expect(code).toBe(0);
    const text = 'lockstep on device-7: a test message of lockstep doctor';
    const bodies = Object.fromEntries(receiver.received.map(({ url, body }) => [url, body]));
    expect(bodies).toEqual({
      '/': '',
      [`/bot${secrets.token}/sendMessage`]: JSON.stringify({ chat_id: '-42', text }),
      [secrets.webhook]: JSON.stringify({ text }),
      '/uuid/log?create=1': text,
    });
  });

  test('P10: a refusal names the setting, and no secret', async () => {
    const receiver = await startReceiver({ status: 401 });
    const { code, wrong, stdout } = await doctor(ways(receiver.url), { flags: ['--send-test'] });
    expect(wrong.map(({ check, message }) => `${check}: ${message}`)).toEqual([
      'telegram: the server rejected the test message with 401',
      'webhook: the server rejected the test message with 401',
      'healthchecks: the server rejected the test message with 401',
    ]);
    expect(wrong[0]?.hint).toContain('TELEGRAM_BOT_TOKEN');
    expect(stdout).not.toContain('SECRET');
    expect(code).toBe(1);
  });

  test('P10: a HC_PING_URL that is none is found without a test message', async () => {
    const { code, wrong } = await doctor({ HC_PING_URL: 'hc-ping.com/SECRET' });
    expect(wrong.map(({ check, message }) => `${check}: ${message}`)).toEqual([
      'healthchecks: HC_PING_URL is not a URL of http or https',
    ]);
    expect(code).toBe(1);
  });

  test('P9: a receiver that hangs is given up in time', async () => {
    const receiver = await startReceiver('hang');
    const { wrong } = await doctor(ways(receiver.url), {
      timeout: '700ms',
      flags: ['--send-test'],
    });
    expect(new Set(wrong.map(({ message }) => message))).toEqual(new Set(['no answer in 700 ms']));
  });
});

test('bad usage ends with 2', async () => {
  const { code, stderr } = await runCli(['doctor', '--send-tests']);
  expect(stderr).toContain('did you mean --send-test?');
  expect(code).toBe(2);
});
