/**
 * The metrics of `/metrics` as statsd lines over UDP, for those who have no Prometheus: statsd, Telegraf, Datadog's
 * agent. Each round reads the registry once and sends what changed; docs/operate/monitor.md says how names are made.
 *
 * Nothing waits for it and it waits for nothing: UDP has no answers, a round that finds the one before it still under way
 * is left out, and a name that cannot be looked up costs one look-up in 15 s. Failures are counted, and logged once for
 * each outage (P10). At most `LINES_MAX` lines a round (P9).
 */
import { isIPv6 } from 'node:net';
import type { ClientOptions, StatsD } from 'hot-shots';
import { Counter, type Registry } from 'prom-client';
import { codeOf } from '../../../base/error-fields.ts';
import { countOf, quantile } from '../../../base/measure/distribution.ts';
import type { Log } from '../../../observe/log/log-port.ts';
import { Increases, keyOf } from './increase.ts';
import { NameCache } from './name-cache.ts';
import { type Labels, type Reading, readingsOf } from './readings.ts';

/** Of one datagram: fits an Ethernet frame with IPv6, so that none is cut in parts. */
const DATAGRAM_BYTES_MAX = 1432;
/** 50 nodes have about 700 series. */
const LINES_MAX = 5000;
/** For the last datagrams, at the end. */
const CLOSE_MS = 500;
const QUANTILES = { p50: 0.5, p95: 0.95, p99: 0.99 } as const;

export interface StatsdSettings {
  readonly statsd?: { readonly host: string; readonly port: number } | undefined;
  readonly statsdFormat: 'statsd' | 'datadog' | 'telegraf';
  readonly statsdPrefix: string;
  readonly statsdTags?: Readonly<Record<string, string>> | undefined;
  readonly statsdIntervalMs: number;
}

export interface Statsd {
  /** Sends a last round, and ends. */
  close(): Promise<void>;
}

interface Parts {
  readonly registry: Registry;
  readonly log: Log;
}

/** @returns undefined if it is off; its library is loaded only if it is on */
export async function openStatsd(
  settings: StatsdSettings,
  parts: Parts,
): Promise<Statsd | undefined> {
  const { statsd: address } = settings;
  if (address === undefined) return undefined;
  const { default: Client } = await import('hot-shots');
  const name = new NameCache(address.host);
  return new Exporter({ ...settings, ...address, name }, parts, (options) => new Client(options));
}

interface ExporterSettings extends StatsdSettings {
  readonly host: string;
  readonly port: number;
  readonly name: NameCache;
}

class Exporter implements Statsd {
  readonly #registry: Registry;
  readonly #log: Log;
  readonly #name: NameCache;
  readonly #client: StatsD;
  readonly #hasTags: boolean;
  readonly #increases = new Increases();
  readonly #failures: Counter;
  readonly #shown: string;
  readonly #timer: NodeJS.Timeout;
  /** Gauges of the last round: one that ended would keep its last value there. */
  #gauges = new Map<string, Reading>();
  #round: Promise<void> | undefined;
  #isFailing = false;
  #failedLately = false;

  constructor(
    settings: ExporterSettings,
    { registry, log }: Parts,
    open: (options: ClientOptions) => StatsD,
  ) {
    const { host, port, name, statsdFormat: format } = settings;
    this.#registry = registry;
    this.#log = log;
    this.#name = name;
    this.#shown = `${host}:${port}`;
    this.#hasTags = format !== 'statsd';
    this.#failures = new Counter({
      name: 'lockstep_statsd_failures_total',
      help: 'Rounds or datagrams of statsd lines that could not be sent.',
      registers: [registry],
    });
    this.#client = open({
      host,
      port,
      prefix: settings.statsdPrefix,
      globalTags: { ...settings.statsdTags },
      telegraf: format === 'telegraf',
      // Nothing but what the settings say: no variables of Datadog, no files of the container.
      datadog: false,
      includeDataDogTags: false,
      maxBufferSize: DATAGRAM_BYTES_MAX,
      errorHandler: (error) => this.#fail(error),
      udpSocketOptions: {
        type: isIPv6(host) ? 'udp6' : 'udp4',
        lookup: (_name, _options, done) => done(null, name.address ?? '', isIPv6(host) ? 6 : 4),
      },
    });
    this.#timer = setInterval(() => this.#begin(), settings.statsdIntervalMs).unref();
    log.info('metrics go to statsd', { address: this.#shown, format });
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#round;
    this.#begin();
    await this.#round;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, CLOSE_MS);
    this.#client.close(() => resolve());
    await promise;
    clearTimeout(timer);
  }

  #begin(): void {
    this.#round ??= this.#send().finally(() => {
      this.#round = undefined;
    });
  }

  async #send(): Promise<void> {
    if (this.#isFailing && !this.#failedLately) {
      this.#isFailing = false;
      this.#log.info('metrics go to statsd again', { address: this.#shown });
    }
    this.#failedLately = false;
    try {
      await this.#name.refresh();
    } catch (error) {
      // What was counted meanwhile goes out with the next round.
      return this.#fail(error);
    }
    const readings = [...readingsOf(await this.#registry.getMetricsAsJSON())];
    let lines = 0;
    for (const { kind, value, ...line } of this.#linesOf(readings)) {
      if (++lines > LINES_MAX) return this.#fail(new Error(`more than ${LINES_MAX} lines`));
      const rounded = Math.round(value * 1e6) / 1e6;
      const stat = nameOf(line, this.#hasTags);
      const tags = this.#hasTags ? textsOf(line.labels) : {};
      if (kind === 'gauge') this.#client.gauge(stat, rounded, tags);
      else this.#client.increment(stat, rounded, tags);
    }
  }

  *#linesOf(readings: readonly Reading[]): Generator<Line> {
    const gauges = new Map<string, Reading>();
    for (const reading of readings) {
      const { labels } = reading;
      const name = reading.name.replace(/^lockstep_/, '');
      if (reading.kind === 'gauge') {
        gauges.set(keyOf(reading), reading);
        yield { kind: 'gauge', name, labels, value: reading.value };
      } else if (reading.kind === 'total') {
        const value = this.#increases.of(reading);
        if (value > 0) yield { kind: 'count', name, labels, value };
      } else {
        const added = this.#increases.ofCounts(reading);
        const value = countOf(added);
        if (value === 0) continue;
        yield { kind: 'count', name, labels, part: 'count', value };
        yield { kind: 'count', name, labels, part: 'sum', value: added.sum };
        for (const [part, share] of Object.entries(QUANTILES)) {
          yield { kind: 'gauge', name, labels, part, value: quantile(added, share) ?? 0 };
        }
      }
    }
    for (const [key, { name, labels }] of this.#gauges) {
      if (gauges.has(key)) continue;
      yield { kind: 'gauge', name: name.replace(/^lockstep_/, ''), labels, value: 0 };
    }
    this.#gauges = gauges;
  }

  #fail(error: unknown): void {
    this.#failures.inc();
    this.#failedLately = true;
    if (this.#isFailing) return;
    this.#isFailing = true;
    const reason = codeOf(error) ?? String(error);
    this.#log.warn('metrics could not be sent to statsd', { address: this.#shown, reason });
  }
}

interface Line {
  readonly kind: 'gauge' | 'count';
  readonly name: string;
  readonly labels: Labels;
  /** Of a histogram: the last word of the name. */
  readonly part?: string;
  readonly value: number;
}

/** Without tags the values of the labels are words of the name. */
function nameOf(
  { name, labels, part }: Pick<Line, 'name' | 'labels' | 'part'>,
  hasTags: boolean,
): string {
  const values = hasTags ? [] : Object.values(labels).map(word);
  return [name, ...values, ...(part === undefined ? [] : [part])].join('.');
}

/** A part of a name: dots separate parts, and other signs have a meaning in the line. */
function word(label: string | number): string {
  return String(label).replace(/[^\w-]/g, '_');
}

function textsOf(labels: Labels): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]));
}
