/** The metrics as statsd lines, read from a real UDP socket. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openMetrics } from '../../src/door/metrics/metrics.ts';
import {
  openStatsd,
  type Statsd,
  type StatsdSettings,
} from '../../src/door/metrics/statsd/exporter.ts';
import { notedLog } from '../observe/support/noted-log.ts';
import { eventually } from '../support/client-pair.ts';
import { HEALTHY } from './standing.ts';

interface Listener {
  readonly port: number;
  readonly lines: string[];
  readonly datagrams: Buffer[];
}

async function listen(): Promise<Listener> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  const lines: string[] = [];
  const datagrams: Buffer[] = [];
  socket.on('message', (datagram) => {
    datagrams.push(datagram);
    lines.push(...String(datagram).split('\n'));
  });
  return { port: socket.address().port, lines, datagrams };
}

async function start(registry: Registry, more: Partial<StatsdSettings> = {}) {
  const { log, lines } = notedLog();
  const statsd = await openStatsd(
    { statsdFormat: 'statsd', statsdPrefix: 'lockstep', statsdIntervalMs: 100, ...more },
    { registry, log },
  );
  onTestFinished(async () => statsd?.close());
  return { statsd: statsd as Statsd, logged: lines };
}

const at = (port: number) => ({ host: '127.0.0.1', port });
const OF_THE_PORT = {
  refused: () => ({ host: 0, origin: 0, token: 0, role: 2 }),
  streams: () => ({ open: 3, cut: 2, missed: 1 }),
};
const healthy = () => openMetrics(() => HEALTHY, OF_THE_PORT);

describe('the metrics as statsd lines', () => {
  test('have the names and values of /metrics, labels in the name', async () => {
    const { port, lines } = await listen();
    await start(healthy(), { statsd: at(port) });
    await eventually(() => lines).toEqual(
      expect.arrayContaining([
        'lockstep.accepting:1|g',
        'lockstep.commands_open:7|g',
        'lockstep.lane_waiting.interactive:3|g',
        'lockstep.thread_utilization_ratio.executor-1:0.25|g',
        'lockstep.node_answers_total.node01.lost:1|c',
        'lockstep.answered_errors_total.busy:5|c',
        'lockstep.command_duration_seconds.create.bulk.committed.count:6|c',
        'lockstep.command_duration_seconds.create.bulk.committed.sum:1.234|c',
        'lockstep.command_duration_seconds.create.bulk.committed.p50:0.01|g',
      ]),
    );
    expect(lines.filter((line) => /_info|NaN|Infinity|undefined/.test(line))).toEqual([]);
    expect(lines.filter((line) => !/^lockstep\.[\w.-]+:-?[\d.]+\|[gc]$/.test(line))).toEqual([]);
  });

  test.each([
    ['datadog', 'prod.lockstep.node_calls_total:9|c|#env:prod,node:node01'],
    ['telegraf', 'prod.lockstep.node_calls_total,env=prod,node=node01:9|c'],
  ] as const)('have tags in the format %s', async (statsdFormat, line) => {
    const { port, lines } = await listen();
    const settings = { statsdPrefix: 'prod.lockstep', statsdTags: { env: 'prod' } };
    await start(healthy(), { statsd: at(port), statsdFormat, ...settings });
    await eventually(() => lines).toContain(line);
  });

  test('count what was added since the last round, and nothing twice', async () => {
    const registry = new Registry();
    const counter = new Counter({ name: 'lockstep_a', help: 'a', registers: [registry] });
    const gauge = new Gauge({ name: 'lockstep_b', help: 'b', registers: [registry] });
    const { port, lines } = await listen();
    counter.inc(5);
    await start(registry, { statsd: at(port) });
    await eventually(() => lines).toContain('lockstep.a:5|c');
    gauge.set(1);
    await eventually(() => lines).toContain('lockstep.b:1|g');
    counter.inc(2);
    await eventually(() => lines).toContain('lockstep.a:2|c');
    gauge.set(2);
    await eventually(() => lines).toContain('lockstep.b:2|g');
    expect(lines.filter((line) => line.startsWith('lockstep.a'))).toEqual([
      'lockstep.a:5|c',
      'lockstep.a:2|c',
    ]);
  });

  test('show a gauge whose labels are gone once more, as 0', async () => {
    const registry = new Registry();
    const labelNames = ['reason'];
    const gauge = new Gauge({
      name: 'lockstep_accepting',
      help: 'a',
      labelNames,
      registers: [registry],
    });
    gauge.set({ reason: 'disk full' }, 3);
    const { port, lines } = await listen();
    await start(registry, { statsd: at(port) });
    await eventually(() => lines).toContain('lockstep.accepting.disk_full:3|g');
    gauge.reset();
    gauge.set({}, 1);
    await eventually(() => lines).toContain('lockstep.accepting.disk_full:0|g');
    expect(lines).toContain('lockstep.accepting:1|g');
  });

  test('read the quantiles of a histogram from what was added', async () => {
    const registry = new Registry();
    const buckets = [1, 2, 4];
    const histogram = new Histogram({
      name: 'lockstep_h',
      help: 'h',
      buckets,
      registers: [registry],
    });
    for (let count = 0; count < 100; count++) histogram.observe(0.5);
    const { port, lines } = await listen();
    await start(registry, { statsd: at(port) });
    await eventually(() => lines).toContain('lockstep.h.p99:0.99|g');
    for (let count = 0; count < 10; count++) histogram.observe(3);
    await eventually(() => lines).toContain('lockstep.h.count:10|c');
    await eventually(() => lines).toContain('lockstep.h.p50:3|g');
  });

  test('P9: go out in datagrams of 1,432 bytes at most, however many nodes there are', async () => {
    const registry = new Registry();
    const labelNames = ['node'];
    const gauge = new Gauge({
      name: 'lockstep_calls',
      help: 'a',
      labelNames,
      registers: [registry],
    });
    for (let node = 0; node < 500; node++) gauge.set({ node: `node${node}` }, node);
    const { port, lines, datagrams } = await listen();
    await start(registry, { statsd: at(port) });
    await eventually(() => new Set(lines).size).toBeGreaterThanOrEqual(500);
    expect(Math.max(...datagrams.map(({ length }) => length))).toBeLessThanOrEqual(1432);
    expect(datagrams.length).toBeGreaterThan(9);
  });

  test('take nothing from the variables of Datadog', async () => {
    for (const [name, value] of [
      ['DD_TAGS', 'a:b'],
      ['DD_ENV', 'c'],
      ['DD_AGENT_HOST', '192.0.2.1'],
    ] as const) {
      vi.stubEnv(name, value);
    }
    onTestFinished(() => void vi.unstubAllEnvs());
    const { port, lines } = await listen();
    await start(healthy(), { statsd: at(port), statsdFormat: 'datadog' });
    await eventually(() => lines).toContain('lockstep.commands_open:7|g');
    expect(lines.filter((line) => /a:b|env:|datadog/.test(line))).toEqual([]);
  });

  test('end with the last counts, which no round has sent', async () => {
    const registry = new Registry();
    const counter = new Counter({ name: 'lockstep_a', help: 'a', registers: [registry] });
    const { port, lines } = await listen();
    const { statsd } = await start(registry, { statsd: at(port), statsdIntervalMs: 3_600_000 });
    counter.inc(3);
    await statsd.close();
    await eventually(() => lines).toEqual(['lockstep.a:3|c']);
  });

  test('are off without an address', async () => {
    const { statsd, logged } = await start(healthy());
    expect(statsd).toBeUndefined();
    expect(logged).toEqual([]);
  });
});

describe('a statsd server that fails', () => {
  test('P10: by its name is logged once and counted, and its counts wait for the next round', async () => {
    const registry = new Registry();
    const counter = new Counter({ name: 'lockstep_a', help: 'a', registers: [registry] });
    counter.inc(5);
    const { logged } = await start(registry, { statsd: { host: 'no-such.invalid', port: 8125 } });
    const failures = async () => {
      const text = await registry.getSingleMetricAsString('lockstep_statsd_failures_total');
      return Number(/_total (\d+)/.exec(text)?.[1]);
    };
    await expect.poll(failures, { timeout: 20_000 }).toBeGreaterThan(2);
    const warnings = logged.filter(({ level }) => level === 'warn');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({
      message: 'metrics could not be sent to statsd',
      fields: { address: 'no-such.invalid:8125' },
    });
  });

  test('and listens nowhere costs nothing: rounds go on, and the end takes no longer', async () => {
    const { port } = await listen();
    const registry = new Registry();
    let reads = 0;
    new Gauge({
      name: 'lockstep_a',
      help: 'a',
      registers: [registry],
      collect: () => void reads++,
    });
    const { statsd, logged } = await start(registry, { statsd: at(port + 1) });
    await eventually(() => reads).toBeGreaterThan(3);
    const begun = performance.now();
    await statsd.close();
    expect(performance.now() - begun).toBeLessThan(2000);
    expect(logged.filter(({ level }) => level !== 'info')).toEqual([]);
  });
});
