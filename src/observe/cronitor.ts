/**
 * Heartbeats to Cronitor: `run` at the start, `ok` or `fail` with figures every minute, `fail` with
 * the reason when the daemon dies, `complete` at an intended stop, so that silence means one thing.
 *
 * No ping is waited for while the daemon works, one at a time is under way, and each is over after
 * `PING_MS` (P9). The package prints a failed request with its Authorization header, so it never
 * sees one fail: its `axios` is wrapped, and what went wrong is logged by its code alone. The
 * package's `Event` holds a timer that keeps the process alive; it is not used.
 */
import type { Log } from './log/log-port.ts';

const PING_MS = 5000;
const MESSAGE_CHARS_MAX = 1000;

export interface Vitals {
  readonly threads: number;
  readonly missing: readonly string[];
  /** Since the start. */
  readonly commands: number;
  readonly errors: number;
  /** Now. */
  readonly stuck: number;
}

export interface CronitorOptions {
  readonly apiKey: string;
  readonly monitor: string;
  readonly url: string;
  readonly intervalMs: number;
  readonly deviceName: string;
  readonly vitals: () => Vitals;
  readonly log: Log;
}

export interface Heartbeat {
  /** The last ping, waited for this long at most. */
  end(how: { readonly failure?: string }, timeoutMs: number): Promise<void>;
}

interface Ping {
  readonly state: 'run' | 'ok' | 'fail' | 'complete';
  readonly message?: string;
  readonly metrics?: Readonly<Record<string, number>>;
}

export async function startHeartbeat(options: CronitorOptions): Promise<Heartbeat> {
  const send = await openMonitor(options);
  let underway: Promise<void> | undefined;
  const ping = async (what: Ping): Promise<void> => {
    underway = send(what);
    await underway;
    underway = undefined;
  };
  void ping({ state: 'run' });
  const timer = setInterval(() => {
    if (underway === undefined) void ping(vitalPing(options.vitals()));
  }, options.intervalMs).unref();
  return {
    end: async ({ failure }, timeoutMs) => {
      clearInterval(timer);
      const last: Ping =
        failure === undefined ? { state: 'complete' } : { state: 'fail', message: failure };
      const late = Promise.withResolvers<void>();
      const hangTimeouts = setTimeout(late.resolve, timeoutMs);
      await Promise.race([send(last), late.promise]);
      clearTimeout(hangTimeouts);
    },
  };
}

function vitalPing({ threads, missing, commands, errors, stuck }: Vitals): Ping {
  const counts = `threads ${threads}, missing ${missing.length}, commands ${commands}`;
  const message = `${counts}, errors ${errors}, stuck ${stuck}`;
  // Cronitor knows these metrics and no others; the rest is in the message.
  const metrics = { count: threads, error_count: missing.length };
  return missing.length === 0
    ? { state: 'ok', message, metrics }
    : { state: 'fail', message: `${message} (${missing.join(', ')})`, metrics };
}

async function openMonitor(options: CronitorOptions): Promise<(ping: Ping) => Promise<void>> {
  const { default: cronitor } = await import('cronitor');
  const { apiKey, url, monitor, deviceName, log } = options;
  const client = cronitor(apiKey, { timeout: PING_MS });
  const { _api: api } = client;
  api.pingUrl = (key) => `${url.replace(/\/+$/, '')}/ping/${apiKey}/${key}`;
  let failing = false;
  const axios = api.axios as { get: (url: string, options: object) => Promise<unknown> };
  const get = axios.get.bind(axios);
  axios.get = async (to, more) => {
    try {
      // No redirect: the key would go along.
      const limits = {
        signal: AbortSignal.timeout(PING_MS),
        maxRedirects: 0,
        maxContentLength: 65_536,
      };
      const answer = await get(to, { ...more, ...limits });
      if (failing) log.info('Cronitor accepts heartbeats again');
      failing = false;
      return answer;
    } catch (error) {
      // Once an outage, not once a minute.
      if (!failing) log.warn('Cronitor did not accept a heartbeat', { reason: codeOf(error) });
      failing = true;
      return undefined;
    }
  };
  const target = new client.Monitor(monitor);
  return async ({ message, ...ping }) => {
    const text = message === undefined ? {} : { message: message.slice(0, MESSAGE_CHARS_MAX) };
    await target.ping({ ...ping, ...text, host: deviceName });
  };
}

/** Never the message: it may name an address with the key in it. */
function codeOf(error: unknown): string {
  const { code, response } = error as { code?: string; response?: { status?: number } };
  return response?.status === undefined ? (code ?? 'unknown') : `HTTP ${response.status}`;
}
